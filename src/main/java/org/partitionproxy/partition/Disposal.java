package org.partitionproxy.partition;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.ShortLock;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;

/** What becomes of a table that was a partition: dropped, moved, or kept where it is. */
final class Disposal {

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

  private final Session session;
  private final ShortLock locks;
  private final Report report;

  /** Tables whose partitions are retired: a foreign key to them can't outlive its rows. */
  private final Set<QualifiedName> retiring;

  Disposal(Session session, ShortLock locks, Report report, Set<QualifiedName> retiring) {
    this.session = session;
    this.locks = locks;
    this.report = report;
    this.retiring = retiring;
  }

  void dispose(PartitionedTable table, QualifiedName name, PartitionRange of, String retire) {
    if (retire.equals("drop")) {
      locks.execute(session, Sql.of("DROP TABLE {}", name));
      new RetiredNotes(session).forgetStale(table);
      report.done(Deed.of(table, Deed.Kind.DROP, name.name().value(), of));
      return;
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
}
