package org.partitionproxy.partition;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.partitionproxy.db.Pause;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.ShortLock;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;

/**
 * Takes old partitions away from one shard's tables. An interrupted DETACH CONCURRENTLY hides the
 * partition's rows until it is finalized: so it gets no lock_timeout, comes after a look for who
 * would keep it waiting, and what is pending is finalized before anything else.
 *
 * @see <a href="https://www.postgresql.org/docs/18/sql-altertable.html">PostgreSQL, ALTER TABLE …
 *     DETACH PARTITION</a>
 */
final class Retirement {

  /** Transactions that have used the table or the partition, and go on. */
  private static final String HOLDERS =
      """
      SELECT DISTINCT l.virtualtransaction AS transaction,
        CASE WHEN a.pid IS NULL THEN 'a prepared transaction'
          ELSE 'process ' || a.pid || ' of role "' || coalesce(a.usename, '') || '" ('
            || coalesce(a.state, '') || ')' END AS holder
      FROM pg_catalog.pg_locks AS l
      JOIN pg_catalog.pg_database AS d ON d.oid = l.database
      LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
      WHERE l.locktype = 'relation' AND l.granted AND d.datname = pg_catalog.current_database()
        AND l.relation IN (pg_catalog.to_regclass(?), pg_catalog.to_regclass(?))
        AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
        AND coalesce(a.backend_type, '') <> 'autovacuum worker'
      ORDER BY 1""";

  private static final String NOTE =
      """
      INSERT INTO ppp.retired_partition
        (relation, name, parent_schema, parent_name, lower, upper, upper_position, retire)
      SELECT c.oid, c.relname, ?, ?, ?, ?, ?, ?
      FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname = ? AND c.relname = ?
      ON CONFLICT (relation) DO UPDATE SET name = EXCLUDED.name, lower = EXCLUDED.lower,
        upper = EXCLUDED.upper, upper_position = EXCLUDED.upper_position,
        retire = EXCLUDED.retire, noted_at = EXCLUDED.noted_at""";

  /** Of tables that are gone, and of partitions that stayed: their retirement did not begin. */
  private static final String FORGET =
      """
      DELETE FROM ppp.retired_partition AS r
      WHERE r.parent_schema = ? AND r.parent_name = ? AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_class AS c
        LEFT JOIN pg_catalog.pg_inherits AS i ON i.inhrelid = c.oid
        WHERE c.oid = r.relation AND (i.inhparent IS NULL OR i.inhdetachpending))""";

  /** Of a table that is detached now: what it refers to may be retired next. */
  private static final String FOREIGN_KEYS =
      """
      SELECT k.conname, n.nspname, c.relname
      FROM pg_catalog.pg_constraint AS k
      JOIN pg_catalog.pg_class AS c ON c.oid = k.confrelid
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      WHERE k.conrelid = pg_catalog.to_regclass(?) AND k.contype = 'f' AND c.relkind = 'p'
        AND k.conparentid = 0
      ORDER BY k.conname""";

  /** Of a table and its indexes, those whose names a schema has already. */
  private static final String TAKEN =
      """
      SELECT c.relname, c.oid = t.oid AS is_table,
        CASE WHEN octet_length(c.relname) <= 52 THEN c.relname ELSE left(md5(c.relname), 12) END
          || '_' || c.oid AS free
      FROM (SELECT pg_catalog.to_regclass(?)::oid AS oid) AS t
      JOIN pg_catalog.pg_class AS c ON c.oid = t.oid
        OR c.oid IN (SELECT i.indexrelid FROM pg_catalog.pg_index AS i WHERE i.indrelid = t.oid)
      JOIN pg_catalog.pg_namespace AS n ON n.nspname = ?
      WHERE EXISTS (SELECT FROM pg_catalog.pg_class AS o
        WHERE o.relnamespace = n.oid AND o.relname = c.relname)
      ORDER BY is_table, c.relname""";

  private static final int LOOKS = 10;
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(150);

  private final Session session;
  private final ShortLock locks;
  private final Report report;

  /** Tables whose partitions are retired: a foreign key to them can't outlive its rows. */
  private final Set<QualifiedName> retiring;

  Retirement(Session session, ShortLock locks, Report report, Set<QualifiedName> retiring) {
    this.session = session;
    this.locks = locks;
    this.report = report;
    this.retiring = retiring;
  }

  /**
   * Notes that lead nowhere, so that nothing is ever taken for a retired partition that is none.
   */
  void forgetStaleNotes(PartitionedTable table) {
    session.update(FORGET, table.name().schema().value(), table.name().name().value());
  }

  /** Ends what was interrupted; its rows were hidden meanwhile. */
  boolean finalizePending(PartitionedTable table, Partition pending) {
    return report.guard(
        table,
        Code.PARTITION_NOT_RETIRED,
        "finish detaching \"" + pending.name() + "\" from",
        () -> {
          locks.execute(
              session,
              Sql.of("ALTER TABLE {} DETACH PARTITION {} FINALIZE", table.name(), pending.name()));
          report.done(deed(table, Deed.Kind.FINALIZE, pending));
          return true;
        });
  }

  boolean retire(PartitionedTable table, Partition partition, Horizon wanted) {
    return report.guard(
        table,
        Code.PARTITION_NOT_RETIRED,
        "retire partition \"" + partition.name() + "\" of",
        () -> {
          note(table, partition, wanted);
          boolean gone = false;
          try {
            gone = detach(table, partition);
          } finally {
            if (!gone) {
              forgetStaleNotes(table);
            }
          }
          return gone && finish(table, partition.name(), partition.range(), wanted.retire());
        });
  }

  private void note(PartitionedTable table, Partition partition, Horizon wanted) {
    PartitionRange range = partition.range().orElseThrow();
    session.update(
        NOTE,
        table.name().schema().value(),
        table.name().name().value(),
        range.lower(),
        range.upper(),
        range.to(),
        wanted.retire(),
        partition.name().schema().value(),
        partition.name().name().value());
  }

  /** Beside a default partition PostgreSQL refuses to do it concurrently. */
  private boolean detach(PartitionedTable table, Partition partition) {
    if (table.fallback().isPresent()) {
      locks.execute(
          session, Sql.of("ALTER TABLE {} DETACH PARTITION {}", table.name(), partition.name()));
      return true;
    }
    Optional<String> holder = holder(table.name(), partition.name());
    if (holder.isPresent()) {
      report.problem(
          Diagnostic.error(
              Code.PARTITION_NOT_RETIRED,
              "partition \""
                  + partition.name()
                  + "\" of "
                  + Report.subject(table)
                  + " is not detached: "
                  + holder.get()
                  + " has held a lock for more than a second",
              "Detaching would wait for its end, with the partition's rows hidden; the next run"
                  + " tries again."));
      return false;
    }
    session.execute(Sql.of("SET lock_timeout = 0"));
    try {
      session.execute(
          Sql.of(
              "ALTER TABLE {} DETACH PARTITION {} CONCURRENTLY", table.name(), partition.name()));
    } finally {
      session.execute(Sql.of("SET lock_timeout = '60s'"));
    }
    return true;
  }

  /** Somebody who is there at every look; who comes later is taken to be as short as the others. */
  private Optional<String> holder(QualifiedName table, QualifiedName partition) {
    Map<String, String> holders = holders(table, partition);
    for (int look = 1; look < LOOKS && !holders.isEmpty() && Pause.of(BETWEEN_LOOKS); look++) {
      holders.keySet().retainAll(holders(table, partition).keySet());
    }
    return holders.values().stream().findFirst();
  }

  private Map<String, String> holders(QualifiedName table, QualifiedName partition) {
    Map<String, String> holders = new LinkedHashMap<>();
    session.forEach(
        HOLDERS,
        row -> holders.put(row.string("transaction"), row.string("holder")),
        text(table),
        text(partition));
    return holders;
  }

  /** What comes after detaching; also for tables that an interrupted run detached. */
  boolean finish(PartitionedTable table, Leftover left) {
    return report.guard(
        table,
        Code.PARTITION_NOT_RETIRED,
        "retire \"" + left.name() + "\", which was a partition of",
        () -> {
          PartitionRange range =
              new PartitionRange(left.lower(), left.upper(), PartitionRange.BEGINNING, left.to());
          return finish(table, left.name(), Optional.of(range), left.retire());
        });
  }

  /** Of a partition whose detaching has just been ended. */
  boolean finish(PartitionedTable table, Partition partition, Horizon wanted) {
    return report.guard(
        table,
        Code.PARTITION_NOT_RETIRED,
        "retire \"" + partition.name() + "\", which was a partition of",
        () -> {
          note(table, partition, wanted);
          return finish(table, partition.name(), partition.range(), wanted.retire());
        });
  }

  private boolean finish(
      PartitionedTable table, QualifiedName name, Optional<PartitionRange> range, String retire) {
    PartitionRange of = range.orElseThrow();
    if (retire.equals("drop")) {
      locks.execute(session, Sql.of("DROP TABLE {}", name));
      forgetStaleNotes(table);
      report.done(Deed.of(table, Deed.Kind.DROP, name.name().value(), of));
      return true;
    }
    dropForeignKeys(name);
    Optional<Identifier> schema = Leftover.target(retire);
    if (schema.isPresent()) {
      Identifier moved = move(name, schema.get());
      report.done(
          Deed.of(table, Deed.Kind.MOVE, new QualifiedName(schema.get(), moved).toString(), of));
    } else {
      report.done(Deed.of(table, Deed.Kind.DETACH, name.name().value(), of));
    }
    return true;
  }

  private void dropForeignKeys(QualifiedName detached) {
    record Key(Identifier name, QualifiedName target) {}
    session
        .query(
            FOREIGN_KEYS,
            row ->
                new Key(
                    row.identifier("conname"),
                    new QualifiedName(row.identifier("nspname"), row.identifier("relname"))),
            text(detached))
        .stream()
        .filter(key -> retiring.contains(key.target()))
        .forEach(
            key ->
                locks.execute(
                    session, Sql.of("ALTER TABLE {} DROP CONSTRAINT {}", detached, key.name())));
  }

  private record Renamed(Identifier from, Identifier to, boolean isTable) {}

  /** Several tenants' partitions have the same name: where one is taken, the OID is added to it. */
  private Identifier move(QualifiedName name, Identifier schema) {
    return locks.run(
        session,
        () -> {
          session.execute(Sql.of("CREATE SCHEMA IF NOT EXISTS {}", schema));
          Identifier target = name.name();
          for (Renamed one : renamed(name, schema)) {
            session.execute(
                Sql.of(
                    "ALTER TABLE {} RENAME TO {}",
                    new QualifiedName(name.schema(), one.from()),
                    one.to()));
            target = one.isTable() ? one.to() : target;
          }
          session.execute(
              Sql.of(
                  "ALTER TABLE {} SET SCHEMA {}",
                  new QualifiedName(name.schema(), target),
                  schema));
          return target;
        });
  }

  private List<Renamed> renamed(QualifiedName name, Identifier schema) {
    return session.query(
        TAKEN,
        row -> new Renamed(row.identifier("relname"), row.identifier("free"), row.bool("is_table")),
        text(name),
        schema.value());
  }

  private static String text(QualifiedName name) {
    return Sql.of("{}", name).text();
  }

  static Deed deed(PartitionedTable table, Deed.Kind kind, Partition partition) {
    return Deed.of(table, kind, partition.name().name().value(), partition.range().orElseThrow());
  }

  /** What would be done with it. */
  static Deed.Kind kind(String retire) {
    return switch (retire) {
      case "drop" -> Deed.Kind.DROP;
      case "detach" -> Deed.Kind.DETACH;
      default -> Deed.Kind.MOVE;
    };
  }
}
