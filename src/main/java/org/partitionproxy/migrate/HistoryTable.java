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

  /**
   * By dependencies, which have an index by schema; the catalogs of tables and types have none.
   * Grantees are those of the table, or of the default privileges that will give it some.
   */
  private static final String STATE =
      """
      SELECT c.oid IS NOT NULL AS exists,
        EXISTS (SELECT FROM pg_catalog.pg_depend d
          WHERE d.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
            AND d.refobjid = n.oid
            AND d.classid <> 'pg_catalog.pg_default_acl'::pg_catalog.regclass) AS used,
        ARRAY(SELECT DISTINCT r.rolname::text
          FROM (SELECT c.relacl UNION ALL SELECT d.defaclacl FROM pg_catalog.pg_default_acl d
            WHERE c.oid IS NULL AND d.defaclobjtype = 'r' AND d.defaclnamespace IN (0, n.oid)
              AND d.defaclrole = current_user::pg_catalog.regrole) AS given (acl)
          CROSS JOIN LATERAL pg_catalog.aclexplode(given.acl) a
          JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
          WHERE r.rolname <> current_user ORDER BY 1) AS grantees
      FROM pg_catalog.pg_namespace n
      LEFT JOIN pg_catalog.pg_class c
        ON c.relnamespace = n.oid AND c.relname = 'flyway_schema_history'
      WHERE n.nspname = ?
      ORDER BY n.nspname""";

  /**
   * Of the schema and its history.
   *
   * @param exists whether there is a history
   * @param used whether anything is in the schema
   * @param grantees roles that have, or will have, rights on the history besides its owner
   */
  record State(boolean exists, boolean used, List<Identifier> grantees) {

    /** Whether a script can be run and added without a doubt. */
    boolean isPlain() {
      return exists || !used;
    }
  }

  private final Identifier schema;
  private final QualifiedName name;

  HistoryTable(Identifier schema) {
    this.schema = schema;
    this.name = new QualifiedName(schema, HistoryReader.TABLE);
  }

  /** Empty if there is no such schema. */
  Optional<State> state(Session session) {
    return session.queryOne(
        STATE,
        row ->
            new State(
                row.bool("exists"),
                row.bool("used"),
                row.strings("grantees").stream().map(Identifier::new).toList()),
        schema.value());
  }

  /**
   * Takes it away from everybody but its owner: a tenant that could write to it could make ppp skip
   * a migration or run it twice.
   */
  Sql hiding(State state) {
    Sql grantees = Sql.of("PUBLIC");
    for (Identifier grantee : state.grantees()) {
      grantees = Sql.of("{}, {}", grantees, grantee);
    }
    return Sql.of("REVOKE ALL ON {} FROM {} CASCADE", name, grantees);
  }

  /** Locks it until the end of the transaction. */
  Sql locking() {
    return Sql.of("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE", name);
  }

  /** Whether a script with a version was run, perhaps by somebody else meanwhile. */
  boolean contains(Session session, ParsedScript script) {
    if (script.version().isEmpty()) {
      return false;
    }
    return !session
        .query(
            Sql.of("SELECT script FROM {} WHERE version IS NOT NULL AND script = ?", name),
            row -> row.string("script"),
            script.script())
        .isEmpty();
  }

  /** As Flyway makes it. */
  List<Sql> creation() {
    return List.of(
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
        Sql.of("CREATE INDEX flyway_schema_history_s_idx ON {} (success)", name));
  }

  /** Writes that a script ran, as Flyway does; sent with it, since its time is told by that. */
  Sql adding(ParsedScript script) {
    Sql checksum =
        script.checksum().isPresent()
            ? Sql.of("{}", Literal.of(Integer.toString(script.checksum().getAsInt())))
            : Sql.of("NULL");
    return Sql.of(
        "INSERT INTO {} (installed_rank, version, description, type, script, checksum,"
            + " installed_by, execution_time, success)"
            + " SELECT coalesce(max(installed_rank), 0) + 1, {}, {}, {}, {}, {}, current_user,"
            + " CAST(1000 * pg_catalog.date_part('epoch', pg_catalog.clock_timestamp()"
            + " - pg_catalog.statement_timestamp()) AS integer), true FROM {}",
        name,
        script.version().map(v -> Sql.of("{}", Literal.of(v))).orElse(Sql.of("NULL")),
        Literal.of(script.description()),
        Literal.of(script.type()),
        Literal.of(script.script()),
        Sql.of("CAST({} AS integer)", checksum),
        name);
  }

  /** What makes the next run start a half-done script again. */
  Sql forgetting(String script) {
    return Sql.of("DELETE FROM {} WHERE NOT success AND script = {}", name, Literal.of(script));
  }
}
