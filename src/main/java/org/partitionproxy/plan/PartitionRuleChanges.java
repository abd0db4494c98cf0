package org.partitionproxy.plan;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.state.PartitionRule;
import org.partitionproxy.state.ServerState;

/** Changes of what a shard's own functions know of partitions. */
public final class PartitionRuleChanges {

  private PartitionRuleChanges() {}

  /**
   * @param guards by table, the CHECKs that an interrupted run left on default partitions; those of
   *     tables without a policy go
   */
  public static List<Change> diff(
      Collection<PartitionRule> is,
      Collection<PartitionRule> should,
      SortedMap<QualifiedName, List<String>> guards) {
    SortedMap<QualifiedName, PartitionRule> known = ServerState.index(is, PartitionRule::table);
    SortedMap<QualifiedName, PartitionRule> wanted =
        ServerState.index(should, PartitionRule::table);
    List<Change> changes = new ArrayList<>();
    SortedSet<QualifiedName> forgotten = new TreeSet<>(known.keySet());
    forgotten.addAll(guards.keySet());
    forgotten.removeAll(wanted.keySet());
    forgotten.forEach(
        table -> {
          String left = String.join(", ", guards.getOrDefault(table, List.of()));
          String words = known.containsKey(table) ? "and CHECKs " : "gone, but for CHECKs ";
          changes.add(
              change(Action.DROP, table, left.isEmpty() ? "" : words + left, forget(table)));
        });
    wanted.forEach(
        (table, rule) -> {
          PartitionRule actual = known.get(table);
          if (actual == null) {
            String words = "by " + rule.key() + ", every " + rule.every();
            changes.add(change(Action.CREATE, table, words, write(rule)));
          } else if (!actual.equals(rule)) {
            changes.add(change(Action.ALTER, table, difference(actual, rule), write(rule)));
          }
        });
    return changes;
  }

  private static List<Sql> forget(QualifiedName table) {
    return List.of(
        Sql.of(
            "SELECT ppp.forget_partition_policy({}, {})",
            Literal.of(table.schema().value()),
            Literal.of(table.name().value())));
  }

  private static String difference(PartitionRule is, PartitionRule should) {
    Map<String, String> old = is.words();
    return should.words().entrySet().stream()
        .filter(word -> !word.getValue().equals(old.get(word.getKey())))
        .map(word -> word.getKey() + " " + word.getValue() + ", was " + old.get(word.getKey()))
        .collect(Collectors.joining("; "));
  }

  private static Change change(
      Action action, QualifiedName table, String words, List<Sql> statements) {
    return Change.ofSchema(
        Stage.PARTITIONS,
        action,
        ObjectKind.PARTITION_POLICY,
        table + (words.isEmpty() ? "" : " (" + words + ")"),
        table.schema(),
        statements);
  }

  /** Writes one rule, whatever was there of its table. */
  public static List<Sql> write(PartitionRule rule) {
    return List.of(
        Sql.of(
            "DELETE FROM ppp.partition_policy WHERE schema = {} AND name = {}",
            Literal.of(rule.table().schema().value()),
            Literal.of(rule.table().name().value())),
        Sql.of(
            """
            INSERT INTO ppp.partition_policy (schema, name, key, encoding, step, unit, zone, ahead,
              keep, retire, naming, comments, each)
            VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, ARRAY[{}]::text[])""",
            Literal.of(rule.table().schema().value()),
            Literal.of(rule.table().name().value()),
            Literal.of(rule.key().value()),
            Literal.of(rule.encoding()),
            Sql.number(rule.step()),
            Literal.of(rule.unit()),
            Literal.of(rule.zone()),
            Sql.number(rule.ahead()),
            rule.keep().map(keep -> Sql.of("{}", Literal.of(keep))).orElse(Sql.of("NULL")),
            Literal.of(rule.retirement()),
            Literal.of(rule.naming()),
            rule.comments() ? Sql.of("true") : Sql.of("false"),
            Sql.join(", ", rule.each().stream().map(Literal::of).toList())));
  }
}
