package org.partitionproxy.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.io.TempDir;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.sql.Identifier;

/** Law: reading a rendered topology gives it back. */
class TopologyRoundTripTest {

  private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz";
  private static final String ANY = LETTERS + "ABCXYZ0123456789_ .-'\"\\#:{}[],&*!|>%@`äß語😀";

  @TempDir Path folder;

  @RepeatedTest(200)
  void readingARenderedTopologyGivesItBack(RepetitionInfo repetition) throws IOException {
    long seed = Long.getLong("property.seed", 4711) + repetition.getCurrentRepetition();
    Random random = new Random(seed);
    Path file = folder.resolve("shards.yaml");
    Topology topology = topology(random, file);
    String text = new TopologyText(random).of(topology);
    Files.writeString(file, text);
    TreeMap<String, String> environment = new TreeMap<>();
    environment.put("PASSWORD", "p${w} :#");
    assertThat(TopologyReader.read(file, environment))
        .as("seed %d:%n%s", seed, text)
        .isEqualTo(topology);
  }

  private static Topology topology(Random random, Path file) {
    RuntimeChoice runtime = pick(random, RuntimeChoice.values());
    String name = "b" + word(random, LETTERS, 20);
    Identifier database = Identifier.of(random.nextBoolean() ? name : "d " + word(random, ANY, 12));
    Set<String> names = new LinkedHashSet<>();
    while (names.size() < 1 + random.nextInt(6)) {
      names.add("s" + word(random, LETTERS + "_-0123456789", 12));
    }
    List<ServerDefinition> shards = new ArrayList<>();
    for (String shard : names) {
      int port = 2000 + shards.size();
      shards.add(server(random, new ServerName(shard), ServerPart.SHARD, runtime, database, port));
    }
    List<ServerDefinition> veneers = new ArrayList<>();
    String first = random.nextBoolean() ? "veneer" : "v1";
    veneers.add(server(random, new ServerName(first), ServerPart.VENEER, runtime, database, 1999));
    if (random.nextBoolean()) {
      veneers.add(server(random, new ServerName("v2"), ServerPart.VENEER, runtime, database, 1998));
    }
    boolean everyone = random.nextBoolean();
    List<Tenant> tenants = tenants(random, shards);
    return new Topology(
        file,
        name,
        runtime,
        database,
        Optional.empty(),
        Optional.empty(),
        random.nextBoolean() ? IdChoice.FILL : IdChoice.LEAVE,
        veneers,
        shards,
        replicas(random, shards, runtime, database),
        tenants,
        everyone,
        everyone || random.nextBoolean() ? JoinChoice.ALLOWED : JoinChoice.FORBIDDEN,
        random.nextBoolean()
            ? Optional.empty()
            : InspectionLevel.find(List.of("off", "statements", "rows").get(random.nextInt(3))),
        runtime == RuntimeChoice.EXTERNAL || random.nextBoolean()
            ? Topology.DEFAULT_LOG_BYTES
            : (16L + random.nextInt(5000)) << 20,
        partitions(random, tenants),
        jobs(random, tenants),
        rollups(random, tenants));
  }

  private static Selection selection(Random random, List<Tenant> tenants, boolean byTenant) {
    Tenant one = tenants.get(random.nextInt(tenants.size()));
    return random.nextBoolean()
        ? Selection.ALL
        : byTenant && random.nextBoolean()
            ? new Selection(List.of(one.name()), List.of())
            : new Selection(List.of(), List.of(one.shard()));
  }

  private static List<RollupRules> rollups(Random random, List<Tenant> tenants) {
    List<RollupRules> rollups = new ArrayList<>();
    int count = random.nextInt(3);
    for (int i = 0; i < count; i++) {
      boolean changes = random.nextBoolean();
      rollups.add(
          new RollupRules(
              Identifier.of("view " + i),
              changes ? RollupRefresh.AFTER_CHANGES : RollupRefresh.ALWAYS,
              new JobSchedule(pick(random, "0 23 * * *", "5 seconds", "17 seconds")),
              changes && random.nextBoolean()
                  ? List.of(Identifier.of("a"), Identifier.of("B \"c\""))
                  : List.of(),
              selection(random, tenants, true)));
    }
    return rollups;
  }

  private static List<JobRules> jobs(Random random, List<Tenant> tenants) {
    List<JobRules> jobs = new ArrayList<>();
    int count = random.nextInt(3);
    for (int i = 0; i < count; i++) {
      JobScope on = random.nextBoolean() ? JobScope.TENANTS : JobScope.SHARDS;
      jobs.add(
          new JobRules(
              "job-" + i,
              new JobSchedule(pick(random, "0 23 * * *", "30 seconds", "*/5 0-6,22 1 jan-mar mon")),
              "SELECT " + word(random, ANY, 10) + "()",
              on,
              random.nextBoolean()
                  ? Optional.empty()
                  : Optional.of(Duration.ofSeconds(1 + random.nextInt(900))),
              selection(random, tenants, on == JobScope.TENANTS)));
    }
    return jobs;
  }

  private static List<ReplicaDefinition> replicas(
      Random random, List<ServerDefinition> shards, RuntimeChoice runtime, Identifier database) {
    List<ReplicaDefinition> replicas = new ArrayList<>();
    for (ServerDefinition shard : shards) {
      int count = Math.max(0, random.nextInt(5) - 2);
      for (int i = 0; i < count; i++) {
        ServerName name = new ServerName("r" + replicas.size() + word(random, LETTERS + "_-", 9));
        int port = 3000 + replicas.size();
        List<Identifier> tables =
            random.nextBoolean()
                ? List.of()
                : List.of(Identifier.of("t"), Identifier.of("t " + word(random, ANY, 10)));
        replicas.add(
            new ReplicaDefinition(
                server(random, name, ServerPart.REPLICA, runtime, database, port),
                shard.name(),
                ReplicaKind.LOGICAL,
                tables,
                i == 0 && random.nextBoolean()));
      }
    }
    return replicas;
  }

  private static List<PartitionRules> partitions(Random random, List<Tenant> tenants) {
    List<PartitionRules> rules = new ArrayList<>();
    int count = random.nextInt(3);
    for (int i = 0; i < count; i++) {
      Identifier table = Identifier.of("t" + word(random, ANY, 10) + i);
      Identifier key = Identifier.of("k" + word(random, ANY, 10));
      Optional<PartitionSchedule> schedule =
          random.nextBoolean()
              ? Optional.empty()
              : Optional.of(
                  new PartitionSchedule(
                      pick(random, "0 23 * * *", "30 seconds", "*/5 0-6,22 1 jan-mar mon"),
                      random.nextBoolean() ? Optional.of("nightly " + i) : Optional.empty()));
      TreeMap<TenantName, PartitionPolicy> own = new TreeMap<>();
      PartitionPolicy policy =
          policy(random, table, key, random.nextInt(3) > 0, Optional.empty(), schedule);
      if (random.nextBoolean()) {
        own.put(
            tenants.get(random.nextInt(tenants.size())).name(),
            policy(
                random,
                table,
                key,
                policy.every().isTime(),
                Optional.of(policy),
                Optional.empty()));
      }
      rules.add(new PartitionRules(policy, own));
    }
    return rules;
  }

  /**
   * @param base what this one can't take back, it has too
   */
  private static PartitionPolicy policy(
      Random random,
      Identifier table,
      Identifier key,
      boolean time,
      Optional<PartitionPolicy> base,
      Optional<PartitionSchedule> schedule) {
    String every =
        time
            ? pick(random, "10 seconds", "1 day", "2 weeks", "1 month")
            : pick(random, "1", "5000");
    String keep = time ? pick(random, "90 days", "7 years") : "5000";
    boolean zoned = time && (base.isPresent() || random.nextBoolean());
    return new PartitionPolicy(
        table,
        key,
        RangeLength.parse(every).orElseThrow(),
        base.map(PartitionPolicy::encoding)
            .orElse(time ? pick(random, KeyEncoding.values()) : KeyEncoding.NUMBER),
        zoned ? pick(random, "Europe/Berlin", "America/Sao_Paulo") : "UTC",
        pick(random, 1, 6, 100),
        base.isPresent() || random.nextBoolean() ? RangeLength.parse(keep) : Optional.empty(),
        pick(
            random,
            new Retirement.Detach(),
            new Retirement.Drop(),
            new Retirement.Move(Identifier.of("archive " + word(random, ANY, 9)))),
        pick(random, "{table}_{start}", "p{start}", "{table} of {start}"),
        random.nextBoolean(),
        base.isPresent() || random.nextBoolean()
            ? List.of("ALTER TABLE {partition} SET (fillfactor = 90)", "ANALYZE {partition}")
            : List.of(),
        schedule);
  }

  private static List<Tenant> tenants(Random random, List<ServerDefinition> shards) {
    List<Tenant> tenants = new ArrayList<>();
    int count = 1 + random.nextInt(20);
    for (int i = 0; i < count; i++) {
      // No server's name begins with a "t" and no schema is reserved; the number makes it unique.
      TenantName name = new TenantName("t" + word(random, LETTERS + "äßøXYZ.-_", 20) + i);
      String schema =
          random.nextBoolean() ? name.defaultSchema() : "t" + word(random, ANY, 10) + " " + i;
      ServerName shard = shards.get(random.nextInt(shards.size())).name();
      tenants.add(new Tenant(name, Identifier.of(schema), shard, limits(random)));
    }
    return tenants;
  }

  private static Limits limits(Random random) {
    TreeMap<String, String> settings = new TreeMap<>();
    if (random.nextInt(4) == 0) {
      settings.put("statement_timeout", pick(random, "0", "30s", "1500", "5 min"));
    }
    if (random.nextInt(4) == 0) {
      settings.put("work_mem", pick(random, "64", "16MB"));
    }
    if (random.nextInt(4) == 0) {
      settings.put("temp_file_limit", pick(random, "-1", "0", "1GB"));
    }
    return new Limits(
        random.nextInt(4) == 0 ? Optional.of(pick(random, -1, 1, 20)) : Optional.empty(), settings);
  }

  private static ServerDefinition server(
      Random random,
      ServerName name,
      ServerPart part,
      RuntimeChoice runtime,
      Identifier database,
      int port) {
    boolean external = runtime == RuntimeChoice.EXTERNAL;
    boolean shard = part == ServerPart.SHARD;
    String host =
        external
            ? pick(random, "db" + port, "10.0.0.1", "fd00::" + port, "127.0.0.1")
            : pick(random, "127.0.0.1", "localhost", "::1");
    return new ServerDefinition(
        name,
        host,
        port,
        part != ServerPart.VENEER && random.nextBoolean()
            ? Optional.of(new HostPort(pick(random, "/tmp", "fd00::1", "db.x"), port))
            : Optional.empty(),
        random.nextBoolean() ? database : Identifier.of("d" + word(random, ANY, 10)),
        Identifier.of(pick(random, "postgres", "u " + word(random, ANY, 10))),
        random.nextBoolean() ? Optional.of(Secret.of("p${w} :#")) : Optional.empty(),
        pick(random, SslMode.values()),
        Optional.empty(),
        parameters(random, external ? 0 : random.nextInt(3)),
        parameters(random, shard ? random.nextInt(3) : 0),
        part,
        shard && random.nextInt(3) == 0);
  }

  private static SortedMap<String, String> parameters(Random random, int count) {
    SortedMap<String, String> parameters = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      parameters.put("x" + word(random, LETTERS + "_.", 8) + i, word(random, ANY, 12));
    }
    return parameters;
  }

  private static String word(Random random, String letters, int longest) {
    int[] points = letters.codePoints().toArray();
    StringBuilder word = new StringBuilder();
    int length = random.nextInt(longest + 1);
    for (int i = 0; i < length; i++) {
      word.appendCodePoint(points[random.nextInt(points.length)]);
    }
    return word.toString();
  }

  @SafeVarargs
  private static <T> T pick(Random random, T... choices) {
    return choices[random.nextInt(choices.length)];
  }
}
