package org.partitionproxy.plan;

import com.google.errorprone.annotations.CompileTimeConstant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.state.Acl;

/** GRANT and REVOKE statements that turn one {@link Acl} into another. */
final class AclSql {

  private AclSql() {}

  /**
   * @param before what stands before GRANT or REVOKE: nothing, or the beginning of ALTER DEFAULT
   *     PRIVILEGES
   * @param target {@code ON SCHEMA x}
   */
  static List<Sql> changes(Sql before, Sql target, Acl is, Acl should) {
    List<Sql> statements = new ArrayList<>();
    byPrivileges(is.minus(should))
        .forEach(
            (privileges, grantees) ->
                statements.add(
                    Sql.of(
                        "{}REVOKE {} {} FROM {}",
                        before,
                        list(privileges),
                        target,
                        list(grantees))));
    byPrivileges(should.minus(is))
        .forEach(
            (privileges, grantees) ->
                statements.add(
                    Sql.of(
                        "{}GRANT {} {} TO {}", before, list(privileges), target, list(grantees))));
    return statements;
  }

  static List<Sql> changes(Sql target, Acl is, Acl should) {
    return changes(Sql.EMPTY, target, is, should);
  }

  /** Grantees that get the same share a statement: a database may have thousands of them. */
  private static Map<SortedSet<String>, List<Identifier>> byPrivileges(Acl acl) {
    Map<SortedSet<String>, List<Identifier>> grantees = new LinkedHashMap<>();
    acl.grants()
        .forEach(
            (grantee, privileges) ->
                grantees.computeIfAbsent(privileges, p -> new ArrayList<>()).add(grantee));
    return grantees;
  }

  private static Sql list(SortedSet<String> privileges) {
    return Sql.join(", ", privileges.stream().map(Sql::deparsed).toList());
  }

  private static Sql list(List<Identifier> grantees) {
    return Sql.join(", ", grantees);
  }

  /** A constant in the place of a part. */
  static Sql text(@CompileTimeConstant String constant) {
    return Sql.of(constant);
  }
}
