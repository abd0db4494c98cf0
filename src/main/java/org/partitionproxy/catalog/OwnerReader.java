package org.partitionproxy.catalog;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.partitionproxy.db.Row;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.state.Stray;

/** Reads what in some schemas of the veneer belongs to another role than it should. */
public final class OwnerReader {

  private static final String STRAYS =
      """
      SELECT 'RELATION' AS kind, n.nspname, c.relname AS name
      FROM pg_catalog.pg_class AS c
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname = ANY (?) AND c.relkind IN ('f', 'p')
        AND pg_catalog.pg_get_userbyid(c.relowner) <> ?
      UNION ALL
      SELECT 'TYPE', n.nspname, t.typname
      FROM pg_catalog.pg_type AS t
      JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
      LEFT JOIN pg_catalog.pg_class AS c ON c.oid = t.typrelid
      WHERE n.nspname = ANY (?) AND (t.typtype IN ('e', 'd', 'r') OR c.relkind = 'c')
        AND pg_catalog.pg_get_userbyid(t.typowner) <> ?
      ORDER BY kind, nspname, name""";

  private static final String SCHEMAS =
      """
      SELECT n.nspname
      FROM pg_catalog.pg_namespace AS n
      WHERE n.nspname = ANY (?) AND pg_catalog.pg_get_userbyid(n.nspowner) <> ?
      ORDER BY n.nspname""";

  /** Foreign tables, partitioned tables and types that do not belong to this role. */
  public List<Stray> strays(Session session, Identifier owner, SortedSet<Identifier> schemas) {
    List<String> names = Scope.names(schemas);
    return session.query(STRAYS, OwnerReader::stray, names, owner.value(), names, owner.value());
  }

  /** Those of the schemas that do not belong to this role. */
  public SortedSet<Identifier> schemas(
      Session session, Identifier owner, SortedSet<Identifier> schemas) {
    return new TreeSet<>(
        session.query(
            SCHEMAS, row -> row.identifier("nspname"), Scope.names(schemas), owner.value()));
  }

  private static Stray stray(Row row) {
    return new Stray(
        Stray.Kind.valueOf(row.string("kind")),
        new QualifiedName(row.identifier("nspname"), row.identifier("name")));
  }
}
