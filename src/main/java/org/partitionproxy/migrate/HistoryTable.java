package org.partitionproxy.migrate;

import java.util.List;
import java.util.Optional;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;

/** One tenant's history table, seen by its owner. */
final class HistoryTable {

  /** Whoever got a right on it from the schema's default privileges; NULL is PUBLIC. */
  private static final String GRANTEES =
      """
      SELECT DISTINCT r.rolname AS grantee
      FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) a
      LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
      WHERE n.nspname = ? AND c.relname = 'flyway_schema_history' AND a.grantee <> c.relowner
      ORDER BY grantee""";

  private final Identifier schema;
  private final QualifiedName name;

  HistoryTable(Identifier schema) {
    this.schema = schema;
    this.name = new QualifiedName(schema, HistoryReader.TABLE);
  }

  /**
   * Takes it away from everybody but its owner: a tenant that could write to it could make ppp skip
   * a migration or run it twice.
   */
  void hide(Session session) {
    List<Optional<Identifier>> grantees =
        session.query(GRANTEES, row -> row.findIdentifier("grantee"), schema.value());
    session.execute(
        grantees.stream()
            .map(
                grantee ->
                    grantee
                        .map(role -> Sql.of("REVOKE ALL ON {} FROM {} CASCADE", name, role))
                        .orElseGet(() -> Sql.of("REVOKE ALL ON {} FROM PUBLIC CASCADE", name)))
            .toList());
  }

  /** What makes the next run start a half-done script again. */
  Sql forgetting(String script) {
    return Sql.of("DELETE FROM {} WHERE NOT success AND script = {}", name, Literal.of(script));
  }
}
