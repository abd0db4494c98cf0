package org.partitionproxy.plan;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;

/**
 * Changes that drop what ppp made. None says CASCADE but the one that drops a tenant's data: what
 * somebody else put in the way stops the drop, and is named by the server.
 */
public final class Removals {

  private Removals() {}

  /** A tenant's schema on the veneer, with the foreign tables that ppp made in it. */
  public static Change mirror(
      Identifier schema, Collection<QualifiedName> tables, Collection<QualifiedName> types) {
    List<Sql> statements = new ArrayList<>(mirrored(tables, types));
    statements.add(Sql.of("DROP SCHEMA {}", schema));
    return Change.ofSchema(
        Stage.MIRROR,
        Action.DROP,
        ObjectKind.SCHEMA,
        schema + " and its " + tables.size() + " foreign tables",
        schema,
        statements);
  }

  /** The foreign tables that ppp made in a schema that was there before. */
  public static Change tables(
      Identifier schema, Collection<QualifiedName> tables, Collection<QualifiedName> types) {
    return change(
        Stage.MIRROR,
        ObjectKind.FOREIGN_TABLE,
        schema + " (" + tables.size() + " tables)",
        Optional.of(schema),
        mirrored(tables, types));
  }

  /** A schema on the veneer that shows a replica, with what ppp made in it. */
  public static Change reads(
      Identifier schema, Collection<QualifiedName> tables, Collection<QualifiedName> types) {
    List<Sql> statements = new ArrayList<>(mirrored(tables, types));
    statements.add(Sql.of("DROP SCHEMA {}", schema));
    return change(Stage.REPLICAS, ObjectKind.SCHEMA, schema.value(), Optional.empty(), statements);
  }

  private static List<Sql> mirrored(
      Collection<QualifiedName> tables, Collection<QualifiedName> types) {
    List<Sql> statements = new ArrayList<>();
    if (!tables.isEmpty()) {
      statements.add(Sql.of("DROP FOREIGN TABLE IF EXISTS {}", Sql.join(", ", tables)));
    }
    if (!types.isEmpty()) {
      statements.add(Sql.of("DROP TYPE IF EXISTS {}", Sql.join(", ", types)));
    }
    return statements;
  }

  /** A tenant's schema on its shard, with all that is in it. */
  public static Change data(Identifier schema) {
    return Change.ofSchema(
            Stage.SCHEMAS,
            Action.DROP,
            ObjectKind.SCHEMA,
            schema.value(),
            schema,
            List.of(Sql.of("DROP SCHEMA {} CASCADE", schema)))
        .withHazard(Hazard.LOSES_DATA);
  }

  public static Change mapping(Identifier role, Identifier server, Optional<Identifier> schema) {
    return change(
        Stage.FOREIGN_SERVERS,
        ObjectKind.USER_MAPPING,
        role + "@" + server,
        schema,
        List.of(Sql.of("DROP USER MAPPING IF EXISTS FOR {} SERVER {}", role, server)));
  }

  /**
   * A role that owns nothing any more, with its right to connect.
   *
   * @param databases of its PostgreSQL server, all there
   */
  public static Change role(
      Identifier role, Collection<Identifier> databases, Optional<Identifier> schema) {
    return change(
        Stage.ROLES,
        ObjectKind.ROLE,
        role.value(),
        schema,
        List.of(
            Sql.of("REVOKE ALL ON DATABASE {} FROM {}", Sql.join(", ", databases), role),
            Sql.of("DROP ROLE {}", role)));
  }

  /** A role that owns nothing any more, and could do nothing else. */
  public static Change owner(Identifier role) {
    return change(
        Stage.ROLES,
        ObjectKind.ROLE,
        role.value(),
        Optional.empty(),
        List.of(Sql.of("DROP ROLE {}", role)));
  }

  /** The same change, and before it what the role may know of where foreign tables lead. */
  public static Change withForeignCatalogs(Change change, Identifier role) {
    List<Sql> statements = new ArrayList<>();
    statements.add(
        Sql.of("REVOKE SELECT ON {} FROM {}", PublicRightsChanges.FOREIGN_CATALOGS, role));
    statements.addAll(change.statements());
    return new Change(
        change.stage(),
        change.action(),
        change.kind(),
        change.name(),
        change.schema(),
        statements,
        change.transaction(),
        change.hazards());
  }

  /** The right to connect of a role that stays, or goes with another database of its server. */
  public static Change access(Identifier role, Identifier database, Optional<Identifier> schema) {
    return new Change(
        Stage.SCHEMAS,
        Action.ALTER,
        ObjectKind.DATABASE,
        database + " (without " + role + ")",
        schema,
        List.of(Sql.of("REVOKE ALL ON DATABASE {} FROM {}", database, role)),
        Change.Transaction.SUPERUSER,
        Set.of());
  }

  public static Change server(Identifier server) {
    return change(
        Stage.FOREIGN_SERVERS,
        ObjectKind.FOREIGN_SERVER,
        server.value(),
        Optional.empty(),
        List.of(Sql.of("DROP SERVER {}", server)));
  }

  public static Change extension(Identifier extension) {
    return change(
        Stage.FOREIGN_SERVERS,
        ObjectKind.EXTENSION,
        extension.value(),
        Optional.empty(),
        List.of(Sql.of("DROP EXTENSION {}", extension)));
  }

  /** Takes the database from the role that will be dropped, and marks it as ppp's own again. */
  public static Change disown(Identifier database) {
    return new Change(
        Stage.SCHEMAS,
        Action.ALTER,
        ObjectKind.DATABASE,
        database.value(),
        Optional.empty(),
        List.of(
            Sql.of("ALTER DATABASE {} OWNER TO CURRENT_USER", database),
            Sql.of("ALTER DATABASE {} CONNECTION LIMIT 0", database)),
        Change.Transaction.SUPERUSER,
        Set.of());
  }

  public static Change ledger(Identifier schema) {
    return change(
        Stage.SERVERS,
        ObjectKind.LEDGER,
        schema.value(),
        Optional.empty(),
        List.of(Sql.of("DROP SCHEMA {} CASCADE", schema)));
  }

  /** The partitions that it made stay. Who has put something of their own into it is told. */
  public static Change framework(Identifier schema) {
    return change(
        Stage.SERVERS,
        ObjectKind.SCHEMA,
        schema.value(),
        Optional.empty(),
        List.of(
            Sql.of(
                """
                DO $ppp$
                DECLARE
                  ours pg_catalog.regprocedure;
                BEGIN
                  FOR ours IN SELECT p.oid FROM pg_catalog.pg_proc AS p
                    JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
                    WHERE n.nspname = {}
                  LOOP
                    EXECUTE pg_catalog.format('DROP FUNCTION %s', ours);
                  END LOOP;
                END
                $ppp$""",
                Literal.of(schema.value())),
            Sql.of("DROP TABLE {}.table_partitions, {}.partitioned_tables", schema, schema),
            Sql.of("DROP SCHEMA {}", schema)));
  }

  public static Change database(Identifier database) {
    return new Change(
            Stage.SERVERS,
            Action.DROP,
            ObjectKind.DATABASE,
            database.value(),
            Optional.empty(),
            List.of(Sql.of("DROP DATABASE IF EXISTS {} WITH (FORCE)", database)),
            Change.Transaction.NONE,
            Set.of())
        .withHazard(Hazard.LOSES_DATA);
  }

  private static Change change(
      Stage stage, ObjectKind kind, String name, Optional<Identifier> schema, List<Sql> sql) {
    return new Change(
        stage, Action.DROP, kind, name, schema, sql, Change.Transaction.SUPERUSER, Set.of());
  }
}
