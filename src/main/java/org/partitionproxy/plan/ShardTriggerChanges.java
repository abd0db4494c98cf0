package org.partitionproxy.plan;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.state.ShardTrigger;

/**
 * Changes of ppp's triggers on a shard. They change users' tables, so each is a change of its own.
 */
public final class ShardTriggerChanges {

  private ShardTriggerChanges() {}

  /**
   * @param wanted each with the column that it fills, if it numbers rows
   */
  public static List<Change> diff(
      Collection<ShardTrigger> is, SortedMap<ShardTrigger, Optional<Identifier>> wanted) {
    List<Change> changes = new ArrayList<>();
    TreeSet<QualifiedName> needed = new TreeSet<>();
    wanted.keySet().forEach(trigger -> needed.add(trigger.function()));
    TreeMap<ShardTrigger, ShardTrigger> known = new TreeMap<>();
    is.forEach(trigger -> known.put(trigger, trigger));
    TreeSet<QualifiedName> functions = new TreeSet<>();
    for (ShardTrigger trigger : known.keySet()) {
      functions.add(trigger.function());
      if (!wanted.containsKey(trigger)) {
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
    wanted.forEach(
        (trigger, column) -> {
          ShardTrigger actual = known.get(trigger);
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

  private static Change change(Action action, ShardTrigger trigger, List<Sql> statements) {
    return Change.ofMirror(
        action,
        ObjectKind.TRIGGER,
        trigger.name() + " on " + trigger.table(),
        trigger.table().schema(),
        statements);
  }

  private static Sql drop(ShardTrigger trigger) {
    return Sql.of("DROP TRIGGER {} ON {}", trigger.name(), trigger.table());
  }

  private static List<Sql> create(ShardTrigger trigger, Optional<Identifier> column) {
    return column.map(c -> number(trigger, c)).orElseGet(() -> guard(trigger));
  }

  /**
   * By the schema of the table that the row goes to, so that it stays right when a schema is
   * renamed or restored under another name.
   */
  private static List<Sql> number(ShardTrigger trigger, Identifier column) {
    return List.of(
        Sql.of(
            """
            CREATE OR REPLACE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql AS $ppp$
            BEGIN
              NEW.{} := pg_catalog.nextval(pg_catalog.format('%I.%I',
                coalesce(TG_ARGV[1], TG_TABLE_SCHEMA), TG_ARGV[0])::pg_catalog.regclass);
              RETURN NEW;
            END
            $ppp$""",
            trigger.function(), column),
        Sql.of(
            "CREATE TRIGGER {} BEFORE INSERT ON {} FOR EACH ROW WHEN (NEW.{} IS NULL)"
                + " EXECUTE FUNCTION {}({})",
            trigger.name(),
            trigger.table(),
            column,
            trigger.function(),
            Sql.join(", ", trigger.arguments().stream().map(Literal::of).toList())));
  }

  /** Only what is of the form that postgres_fdw gives it, for this very table. */
  private static List<Sql> guard(ShardTrigger trigger) {
    return List.of(
        Sql.of(
            """
            CREATE OR REPLACE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql AS $ppp$
            BEGIN
              IF pg_catalog.starts_with(pg_catalog.current_query(), pg_catalog.format(
                CASE TG_OP WHEN 'UPDATE' THEN 'UPDATE %I.%I SET '
                  ELSE 'DELETE FROM %I.%I WHERE ctid = $1' END, TG_TABLE_SCHEMA, TG_TABLE_NAME))
              THEN
                RAISE EXCEPTION '% of "%" row by row could meet rows of its other partitions',
                    TG_OP, TG_TABLE_NAME
                  USING ERRCODE = 'feature_not_supported',
                    HINT = 'Through the veneer, write it so that it can be sent as a whole: without'
                      ' a join, and with parameters instead of now(), random() and the like.'
                      ' Or run it on the shard.';
              END IF;
              RETURN NULL;
            END
            $ppp$""",
            trigger.function()),
        Sql.of(
            "CREATE TRIGGER {} BEFORE UPDATE OR DELETE ON {} FOR EACH STATEMENT"
                + " WHEN (pg_catalog.current_query() ~ ' WHERE ctid = \\$1( RETURNING .*)?$')"
                + " EXECUTE FUNCTION {}()",
            trigger.name(),
            trigger.table(),
            trigger.function()));
  }
}
