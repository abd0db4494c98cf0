package org.partitionproxy.catalog;

import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.partitionproxy.db.Row;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.state.UserMapping;

/** Where a server keeps roles' passwords; the passwords themselves are not read. */
public final class PasswordUseReader {

  private static final String ROLES =
      """
      SELECT r.rolname
      FROM pg_catalog.pg_roles AS r
      WHERE r.rolname = ANY (?)
      ORDER BY r.rolname""";

  /** With a password and a user of their own; whether ppp made them does not matter. */
  private static final String MAPPINGS =
      """
      SELECT s.srvname, coalesce(r.rolname, 'public') AS role,
        pg_catalog.substr(login, 6) AS remote_user
      FROM pg_catalog.pg_user_mapping AS m
      JOIN pg_catalog.pg_foreign_server AS s ON s.oid = m.umserver
      JOIN pg_catalog.pg_foreign_data_wrapper AS w ON w.oid = s.srvfdw
      CROSS JOIN pg_catalog.unnest(m.umoptions) AS login
      LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = m.umuser
      WHERE w.fdwname = 'postgres_fdw' AND s.srvname = ANY (?)
        AND login LIKE 'user=%' AND pg_catalog.substr(login, 6) = ANY (?)
        AND EXISTS (
          SELECT FROM pg_catalog.unnest(m.umoptions) AS option WHERE option LIKE 'password=%')
      ORDER BY s.srvname, role""";

  /** Those of the roles that exist on the server. */
  public SortedSet<Identifier> roles(Session session, Collection<Identifier> roles) {
    return new TreeSet<>(session.query(ROLES, row -> row.identifier("rolname"), names(roles)));
  }

  /** The mappings that log in to these foreign servers as one of these roles with a password. */
  public List<UserMapping> mappings(
      Session session, Collection<Identifier> foreignServers, Collection<Identifier> roles) {
    return session.query(MAPPINGS, PasswordUseReader::mapping, names(foreignServers), names(roles));
  }

  private static UserMapping mapping(Row row) {
    return new UserMapping(
        new UserMapping.Key(row.identifier("srvname"), row.identifier("role")),
        row.identifier("remote_user"));
  }

  private static List<String> names(Collection<Identifier> identifiers) {
    return identifiers.stream().map(Identifier::value).toList();
  }
}
