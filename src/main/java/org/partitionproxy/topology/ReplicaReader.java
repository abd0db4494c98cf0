package org.partitionproxy.topology;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.sql.Identifier;

/** Reads {@code replicas:} of a shard. */
final class ReplicaReader {

  static final String EXAMPLE = "{ port: 29949, kind: logical }";

  /** Beside those of every server. */
  static final List<String> KEYS = List.of("address", "kind", "tables", "reads");

  private final ServerReader servers;
  private final Problems problems;

  ReplicaReader(ServerReader servers, Problems problems) {
    this.servers = servers;
    this.problems = problems;
  }

  List<ReplicaDraft> read(Fields shard) {
    List<ReplicaDraft> replicas = replicas(shard);
    checkReads(replicas);
    return replicas;
  }

  private List<ReplicaDraft> replicas(Fields shard) {
    return shard
        .section("replicas", "replicas: { shard1-replica: " + EXAMPLE + " }")
        .map(
            section ->
                section.entries().stream()
                    .map(
                        entry -> replica(entry, servers.fields(section, entry, ServerPart.REPLICA)))
                    .toList())
        .orElse(List.of());
  }

  private ReplicaDraft replica(YamlNode.Entry entry, Optional<Fields> fields) {
    return new ReplicaDraft(
        servers.read(entry, ServerPart.REPLICA, fields),
        fields.flatMap(this::kind).orElse(ReplicaKind.LOGICAL),
        fields.map(this::tables).orElse(List.of()),
        fields.flatMap(f -> f.text("reads").flatMap(t -> f.choice(t, "reads", Switch.values()))));
  }

  /** The schemas of the reads are named after the tenants, so a second replica has no room. */
  private void checkReads(List<ReplicaDraft> replicas) {
    List<Placed<Switch>> reads =
        replicas.stream()
            .filter(ReplicaDraft::reads)
            .flatMap(replica -> replica.readsWritten().stream())
            .toList();
    reads.stream()
        .skip(1)
        .forEach(
            second ->
                problems.add(
                    Code.REPEATED_KEY,
                    second.place(),
                    "two replicas of a shard give reads",
                    "The other one is in line "
                        + reads.get(0).place().line()
                        + "; the veneer shows one of them: take reads away from the other."));
  }

  private Optional<ReplicaKind> kind(Fields fields) {
    Optional<Placed<String>> kind = fields.text("kind");
    if (kind.isPresent() && !kind.get().value().equals(ReplicaKind.LOGICAL.toString())) {
      problems.add(
          Code.VALUE_INVALID,
          kind.get().place(),
          "\"kind\" is no kind of replica",
          "Replicas are logical, and so far nothing else: write kind: logical, or leave it out.");
    }
    return kind.map(text -> ReplicaKind.LOGICAL);
  }

  private List<Identifier> tables(Fields fields) {
    Optional<YamlNode> value = fields.entry("tables").map(YamlNode.Entry::value);
    if (value.isEmpty() || value.get() instanceof YamlNode.Unread) {
      return List.of();
    }
    if (!(value.get() instanceof YamlNode.Sequence list) || list.items().isEmpty()) {
      problems.add(
          Code.WRONG_KIND,
          value.get().place(),
          "\"tables\" must be a list of tables",
          "Write tables: [operations], or leave it out where all are to be replicated.");
      return List.of();
    }
    Map<Identifier, Place> tables = new LinkedHashMap<>();
    list.items().forEach(item -> table(item, tables));
    return new ArrayList<>(tables.keySet());
  }

  private void table(YamlNode item, Map<Identifier, Place> tables) {
    if (item instanceof YamlNode.Unread) {
      return;
    }
    boolean named =
        item instanceof YamlNode.Scalar text
            && !text.isNull()
            && text.text().codePoints().noneMatch(Character::isISOControl)
            && Identifier.isValid(text.text());
    if (!named) {
      problems.add(
          Code.NAME_INVALID,
          item.place(),
          "this cannot be a table's name",
          "Write the table's name without a schema: 1 to 63 bytes, without control characters.");
      return;
    }
    Place other = tables.putIfAbsent(Identifier.of(((YamlNode.Scalar) item).text()), item.place());
    if (other != null) {
      problems.add(
          Code.REPEATED_KEY,
          item.place(),
          "a table is named twice",
          "It is in line " + other.line() + " already; keep one of them.");
    }
  }
}
