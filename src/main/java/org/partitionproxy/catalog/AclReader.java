package org.partitionproxy.catalog;

import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.partitionproxy.db.Row;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.state.Acl;

/** Reads a {@code text[]} of {@code PRIVILEGE grantee}. */
final class AclReader {

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
