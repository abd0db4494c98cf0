package org.partitionproxy.catalog;

import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.partitionproxy.db.Row;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.state.Acl;

/** Reads a {@code text[]} of {@code PRIVILEGE grantee}. */
final class AclReader {

  /**
   * What {@link #acl} reads is a subquery: this, the {@code aclitem[]}, {@link #BESIDES}, the owner
   * and a parenthesis. It joins no table of roles, which would be read once for each object.
   */
  static final String GRANTS =
      """
      (SELECT pg_catalog.array_agg(a.privilege_type || ' ' || CASE a.grantee WHEN 0 THEN 'public'
         ELSE pg_catalog.pg_get_userbyid(a.grantee) END)
       FROM pg_catalog.aclexplode(""";

  /** Follows the {@code aclitem[]}, before the owner. */
  static final String BESIDES = ") AS a WHERE a.grantee <> ";

  private AclReader() {}

  /** The privileges of the scope's roles and of {@link Acl#PUBLIC}. */
  static Acl acl(Row row, String column, Scope scope) {
    TreeMap<Identifier, SortedSet<String>> grants = new TreeMap<>();
    for (String grant : row.strings(column)) {
      int space = grant.indexOf(' ');
      Identifier grantee = Identifier.of(grant.substring(space + 1));
      if (grantee.equals(Acl.PUBLIC) || scope.roles().contains(grantee)) {
        grants.computeIfAbsent(grantee, g -> new TreeSet<>()).add(grant.substring(0, space));
      }
    }
    return new Acl(grants);
  }
}
