package org.partitionproxy.plan;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.state.NumberTrigger;

/**
 * Changes of the triggers that number rows on a shard. They change users' tables, so each is a
 * change of its own.
 */
public final class NumberChanges {

  private NumberChanges() {}

  /**
   * @param columns the column that each wanted trigger fills
   */
  public static List<Change> diff(
      Collection<NumberTrigger> is, SortedMap<NumberTrigger, Identifier> columns) {
    List<Change> changes = new ArrayList<>();
    TreeSet<QualifiedName> needed = new TreeSet<>();
    columns.keySet().forEach(trigger -> needed.add(trigger.function()));
    TreeMap<NumberTrigger, NumberTrigger> known = new TreeMap<>();
    is.forEach(trigger -> known.put(trigger, trigger));
    TreeSet<QualifiedName> functions = new TreeSet<>();
    for (NumberTrigger trigger : known.keySet()) {
      functions.add(trigger.function());
      if (!columns.containsKey(trigger)) {
        changes.add(change(Action.DROP, trigger, List.of(drop(trigger))));
      }
    }
    for (QualifiedName function : functions) {
      if (!needed.contains(function)) {
        changes.add(
            Change.ofMirror(
                Action.DROP,
                ObjectKind.TRIGGER,
                function + "()",
                function.schema(),
                List.of(Sql.of("DROP FUNCTION {}()", function))));
      }
    }
    columns.forEach(
        (trigger, column) -> {
          NumberTrigger actual = known.get(trigger);
          if (actual == null) {
            changes.add(change(Action.CREATE, trigger, create(trigger, column)));
          } else if (!actual.equals(trigger)) {
            List<Sql> statements = new ArrayList<>(List.of(drop(actual)));
            statements.addAll(create(trigger, column));
            changes.add(change(Action.ALTER, trigger, statements));
          }
        });
    return changes;
  }

  private static Change change(Action action, NumberTrigger trigger, List<Sql> statements) {
    return Change.ofMirror(
        action,
        ObjectKind.TRIGGER,
        trigger.name() + " on " + trigger.table(),
        trigger.table().schema(),
        statements);
  }

  private static Sql drop(NumberTrigger trigger) {
    return Sql.of("DROP TRIGGER {} ON {}", trigger.name(), trigger.table());
  }

  /**
   * By the schema of the table that the row goes to, so that it stays right when a schema is
   * renamed or restored under another name. Whether there is a number is asked inside of the
   * function: a trigger's WHEN would keep the table's owner from changing the column's type.
   */
  private static List<Sql> create(NumberTrigger trigger, Identifier column) {
    return List.of(
        Sql.of(
            """
            CREATE OR REPLACE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql AS $ppp$
            BEGIN
              IF NEW.{} IS NULL THEN
                NEW.{} := pg_catalog.nextval(pg_catalog.format('%I.%I',
                  coalesce(nullif(TG_ARGV[1], ''), TG_TABLE_SCHEMA), TG_ARGV[0])::pg_catalog.regclass);
              END IF;
              RETURN NEW;
            END
            $ppp$""",
            trigger.function(), column, column),
        Sql.of(
            "CREATE TRIGGER {} BEFORE INSERT ON {} FOR EACH ROW EXECUTE FUNCTION {}({})",
            trigger.name(),
            trigger.table(),
            trigger.function(),
            Sql.join(", ", trigger.arguments().stream().map(Literal::of).toList())));
  }
}
