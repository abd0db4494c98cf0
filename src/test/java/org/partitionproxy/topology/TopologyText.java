package org.partitionproxy.topology;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.partitionproxy.sql.Identifier;

/**
 * Writes a topology as shards.yaml, each time in another of YAML's ways: keys in any order, in
 * blocks or in braces, quoted or not, with comments between.
 */
final class TopologyText {

  private final Random random;

  TopologyText(Random random) {
    this.random = random;
  }

  String of(Topology topology) {
    Map<String, Object> top = new LinkedHashMap<>();
    top.put("name", topology.name());
    if (topology.runtime() != RuntimeChoice.AUTO || random.nextBoolean()) {
      top.put("runtime", topology.runtime().toString());
    }
    if (!topology.database().value().equals(topology.name()) || random.nextBoolean()) {
      top.put("database", topology.database().value());
    }
    if (random.nextBoolean()) {
      top.put("migrations", "none");
    }
    if (topology.veneers().equals(List.of(topology.veneer()))
        && topology.veneer().name().equals(ServerName.VENEER)) {
      top.put("veneer", server(topology, topology.veneer()));
    } else {
      Map<String, Object> veneers = new LinkedHashMap<>();
      topology.veneers().forEach(one -> veneers.put(one.name().value(), server(topology, one)));
      top.put("veneers", veneers);
    }
    Map<String, Object> shards = new LinkedHashMap<>();
    topology.shards().forEach(shard -> shards.put(shard.name().value(), shard(topology, shard)));
    top.put("shards", shards);
    Map<String, Object> tenants = new LinkedHashMap<>();
    topology.tenants().forEach(tenant -> tenants.put(tenant.name().value(), tenant(tenant)));
    top.put("tenants", tenants);
    if (topology.ids() == IdChoice.LEAVE || random.nextBoolean()) {
      top.put("ids", topology.ids().toString());
    }
    if (topology.everyone() || random.nextBoolean()) {
      top.put("everyone", Boolean.toString(topology.everyone()));
    }
    if (topology.crossTenantJoins() == JoinChoice.FORBIDDEN || random.nextBoolean()) {
      top.put("cross_tenant_joins", topology.crossTenantJoins().toString());
    }
    topology.inspection().ifPresent(level -> top.put("inspection", level.toString()));
    if (topology.logBytes() != Topology.DEFAULT_LOG_BYTES) {
      top.put("logs", (topology.logBytes() >> 20) + "MB");
    }
    if (!topology.partitions().isEmpty()) {
      Map<String, Object> partitions = new LinkedHashMap<>();
      topology.partitions().forEach(one -> partitions.put(one.table().value(), rules(one)));
      top.put("partitions", partitions);
    }
    if (!topology.jobs().isEmpty()) {
      Map<String, Object> jobs = new LinkedHashMap<>();
      topology.jobs().forEach(one -> jobs.put(one.name(), job(one)));
      top.put("jobs", jobs);
    }
    if (!topology.rollups().isEmpty()) {
      Map<String, Object> rollups = new LinkedHashMap<>();
      topology.rollups().forEach(one -> rollups.put(one.view().value(), rollup(one)));
      top.put("rollups", rollups);
    }
    StringBuilder text = new StringBuilder(random.nextBoolean() ? "---\n" : "# a topology\n");
    block(shuffled(top), 0, text);
    return text.append(random.nextBoolean() ? "...\n" : "").toString();
  }

  private Map<String, Object> shard(Topology topology, ServerDefinition shard) {
    Map<String, Object> replicas = new LinkedHashMap<>();
    topology
        .replicasOf(shard.name())
        .forEach(replica -> replicas.put(replica.name().value(), replica(topology, replica)));
    Map<String, Object> keys = new LinkedHashMap<>(server(topology, shard));
    if (!replicas.isEmpty()) {
      keys.put("replicas", replicas);
    }
    return shuffled(keys);
  }

  private Map<String, Object> replica(Topology topology, ReplicaDefinition replica) {
    Map<String, Object> keys = new LinkedHashMap<>(server(topology, replica.server()));
    if (random.nextBoolean()) {
      keys.put("kind", replica.kind().toString());
    }
    if (!replica.tables().isEmpty()) {
      keys.put("tables", replica.tables());
    }
    if (replica.reads() || random.nextBoolean()) {
      keys.put("reads", Boolean.toString(replica.reads()));
    }
    return shuffled(keys);
  }

  private static Map<String, Object> job(JobRules job) {
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put(job.schedule().isInterval() ? "every" : "cron", job.schedule().text());
    keys.put("sql", job.sql());
    keys.put("on", job.on().toString());
    job.timeout().ifPresent(timeout -> keys.put("timeout", timeout.toSeconds() + " seconds"));
    put(job.selection(), keys);
    return keys;
  }

  private static void put(Selection selection, Map<String, Object> keys) {
    if (!selection.tenants().isEmpty()) {
      keys.put("tenants", selection.tenants().stream().map(TenantName::value).toList());
    }
    if (!selection.shards().isEmpty()) {
      keys.put("shards", selection.shards().stream().map(ServerName::value).toList());
    }
  }

  private Map<String, Object> rollup(RollupRules rollup) {
    Map<String, Object> keys = new LinkedHashMap<>();
    if (rollup.onlyChanged() || random.nextBoolean()) {
      keys.put("refresh", rollup.refresh().toString());
    }
    if (!rollup.onlyChanged()
        || !rollup.schedule().text().equals("5 seconds")
        || random.nextBoolean()) {
      keys.put(rollup.schedule().isInterval() ? "every" : "cron", rollup.schedule().text());
    }
    if (!rollup.of().isEmpty()) {
      keys.put("of", rollup.of().stream().map(Identifier::value).toList());
    }
    put(rollup.selection(), keys);
    return keys;
  }

  private Map<String, Object> server(Topology topology, ServerDefinition server) {
    Map<String, Object> keys = new LinkedHashMap<>();
    if (topology.runtime() != RuntimeChoice.EXTERNAL || server.port() != 5432) {
      keys.put("port", Integer.toString(server.port()));
    }
    if (!server.host().equals("127.0.0.1") || keys.isEmpty()) {
      keys.put("host", server.host());
    }
    server.address().ifPresent(address -> keys.put("address", address.toString()));
    if (!server.database().equals(topology.database())) {
      keys.put("database", server.database().value());
    }
    if (!server.user().value().equals("postgres")) {
      keys.put("user", server.user().value());
    }
    server.password().ifPresent(password -> keys.put("password", "${PASSWORD}"));
    if (server.sslMode() != SslMode.PREFER) {
      keys.put("sslmode", server.sslMode().toString());
    }
    if (!server.settings().isEmpty()) {
      keys.put("settings", new LinkedHashMap<String, Object>(server.settings()));
    }
    if (!server.options().isEmpty()) {
      keys.put("options", new LinkedHashMap<String, Object>(server.options()));
    }
    if (server.partmanteau() || (server.isShard() && random.nextInt(4) == 0)) {
      keys.put("partmanteau", Boolean.toString(server.partmanteau()));
    }
    return shuffled(keys);
  }

  private Map<String, Object> tenant(Tenant tenant) {
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("shard", tenant.shard().value());
    if (!tenant.schema().value().equals(tenant.name().defaultSchema()) || random.nextBoolean()) {
      keys.put("schema", tenant.schema().value());
    }
    tenant.limits().connections().ifPresent(n -> keys.put("connection_limit", n));
    keys.putAll(tenant.limits().settings());
    return shuffled(keys);
  }

  private Map<String, Object> rules(PartitionRules rules) {
    PartitionPolicy policy = rules.policy();
    Map<String, Object> keys = new LinkedHashMap<>(policy(policy));
    keys.put("by", policy.key().value());
    policy
        .schedule()
        .ifPresent(
            schedule -> {
              keys.put("schedule", schedule.when());
              schedule.job().ifPresent(job -> keys.put("job", job));
            });
    if (!rules.ofTenants().isEmpty()) {
      Map<String, Object> tenants = new LinkedHashMap<>();
      rules.ofTenants().forEach((tenant, own) -> tenants.put(tenant.value(), policy(own)));
      keys.put("tenants", tenants);
    }
    return shuffled(keys);
  }

  private Map<String, Object> policy(PartitionPolicy policy) {
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("every", policy.every().toString());
    if (policy.encoding() != KeyEncoding.NUMBER) {
      keys.put("encoded", policy.encoding().toString());
    }
    if (!policy.zone().equals(PartitionPolicy.DEFAULT_ZONE)) {
      keys.put("zone", policy.zone());
    }
    keys.put("ahead", policy.ahead());
    policy.keep().ifPresent(keep -> keys.put("keep", keep.toString()));
    keys.put(
        "retire",
        policy.retirement() instanceof Retirement.Move move
            ? new LinkedHashMap<>(Map.of("move", move.schema().value()))
            : policy.retirement().toString());
    keys.put("name", policy.naming());
    keys.put("comments", Boolean.toString(policy.comments()));
    if (!policy.each().isEmpty()) {
      keys.put("each", policy.each());
    }
    return shuffled(keys);
  }

  private Map<String, Object> shuffled(Map<String, Object> map) {
    List<String> keys = new ArrayList<>(map.keySet());
    Collections.shuffle(keys, random);
    Map<String, Object> shuffled = new LinkedHashMap<>();
    keys.forEach(key -> shuffled.put(key, map.get(key)));
    return shuffled;
  }

  private void block(Map<?, ?> map, int indent, StringBuilder text) {
    int deeper = indent + 1 + random.nextInt(4);
    map.forEach(
        (key, value) -> {
          if (random.nextInt(5) == 0) {
            text.append(" ".repeat(random.nextInt(9))).append("# ").append("{[: äöü\n");
          }
          text.append(" ".repeat(indent)).append(scalar(key.toString())).append(':');
          if (value instanceof Map<?, ?> nested && random.nextBoolean()) {
            text.append('\n');
            block(nested, deeper, text);
          } else {
            text.append(' ').append(flow(value));
            text.append(random.nextInt(4) == 0 ? "   # }'\"\n" : "\n");
          }
        });
  }

  private String flow(Object value) {
    if (value instanceof List<?> list) {
      return list.stream().map(this::flow).collect(Collectors.joining(", ", "[", "]"));
    }
    if (!(value instanceof Map<?, ?> map)) {
      return scalar(value.toString());
    }
    StringBuilder text = new StringBuilder("{");
    map.forEach(
        (key, nested) ->
            text.append(text.length() > 1 ? ", " : " ")
                .append(scalar(key.toString()))
                .append(": ")
                .append(flow(nested)));
    return text.append(" }").toString();
  }

  private String scalar(String text) {
    boolean mayBePlain = text.matches("[A-Za-z0-9][A-Za-z0-9_.-]*") && !text.equals("null");
    return switch (random.nextInt(mayBePlain ? 3 : 2)) {
      case 0 -> "'" + text.replace("'", "''") + "'";
      case 1 -> '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
      default -> text;
    };
  }
}
