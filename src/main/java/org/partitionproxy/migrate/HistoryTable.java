package org.partitionproxy.migrate;

import java.time.Duration;
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

  /** By dependencies, which have an index by schema; the catalogs of tables and types have none. */
  private static final String STATE =
      """
      SELECT
        EXISTS (SELECT FROM pg_catalog.pg_class c
          WHERE c.relnamespace = n.oid AND c.relname = 'flyway_schema_history') AS exists,
        EXISTS (SELECT FROM pg_catalog.pg_depend d
          WHERE d.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
            AND d.refobjid = n.oid
            AND d.classid <> 'pg_catalog.pg_default_acl'::pg_catalog.regclass) AS used
      FROM pg_catalog.pg_namespace n
      WHERE n.nspname = ?
      ORDER BY n.nspname""";

  private record State(boolean exists, boolean used) {}

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

  /**
   * Makes it, or locks it until the end of the transaction, so that a script can be run and added.
   * Returns false, and does nothing, where that is not clearly right: in a schema that has objects
   * but no history, or where somebody has run the script meanwhile.
   */
  boolean prepare(Session session, ParsedScript script) {
    Optional<State> state =
        session.queryOne(
            STATE, row -> new State(row.bool("exists"), row.bool("used")), schema.value());
    if (state.isEmpty() || (state.get().used() && !state.get().exists())) {
      return false;
    }
    if (state.get().exists()) {
      session.execute(Sql.of("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE", name));
    } else {
      create(session);
    }
    hide(session);
    return script.version().isEmpty() || !contains(session, script);
  }

  private boolean contains(Session session, ParsedScript script) {
    return !session
        .query(
            Sql.of("SELECT script FROM {} WHERE version IS NOT NULL AND script = ?", name),
            row -> row.string("script"),
            script.script())
        .isEmpty();
  }

  /** As Flyway makes it. */
  private void create(Session session) {
    session.execute(
        List.of(
            Sql.of(
                "CREATE TABLE {} (installed_rank integer NOT NULL, version varchar(50),"
                    + " description varchar(200) NOT NULL, type varchar(20) NOT NULL,"
                    + " script varchar(1000) NOT NULL, checksum integer,"
                    + " installed_by varchar(100) NOT NULL,"
                    + " installed_on timestamp NOT NULL DEFAULT now(),"
                    + " execution_time integer NOT NULL, success boolean NOT NULL)",
                name),
            Sql.of(
                "ALTER TABLE {} ADD CONSTRAINT flyway_schema_history_pk"
                    + " PRIMARY KEY (installed_rank)",
                name),
            Sql.of("CREATE INDEX flyway_schema_history_s_idx ON {} (success)", name)));
  }

  /** Writes that a script ran, as Flyway does. */
  void add(Session session, ParsedScript script, Duration took) {
    Sql checksum =
        script.checksum().isPresent()
            ? Sql.of("{}", Literal.of(Integer.toString(script.checksum().getAsInt())))
            : Sql.of("NULL");
    session.execute(
        Sql.of(
            "INSERT INTO {} (installed_rank, version, description, type, script, checksum,"
                + " installed_by, execution_time, success)"
                + " SELECT coalesce(max(installed_rank), 0) + 1, {}, {}, {}, {}, {}, current_user,"
                + " {}, true FROM {}",
            name,
            script.version().map(v -> Sql.of("{}", Literal.of(v))).orElse(Sql.of("NULL")),
            Literal.of(script.description()),
            Literal.of(script.type()),
            Literal.of(script.script()),
            Sql.of("CAST({} AS integer)", checksum),
            Sql.of("CAST({} AS integer)", Literal.of(Long.toString(took.toMillis()))),
            name));
  }

  /** What makes the next run start a half-done script again. */
  Sql forgetting(String script) {
    return Sql.of("DELETE FROM {} WHERE NOT success AND script = {}", name, Literal.of(script));
  }
}
