package org.partitionproxy.state;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.partitionproxy.sql.Identifier;

/**
 * A role, without its password: that can't be read back.
 *
 * @param memberOf the roles whose privileges it has
 * @param searchPath the role's own setting, in every database; empty where it has none
 * @param limits empty where they are somebody else's matter
 */
public record Role(
    Identifier name,
    boolean login,
    SortedSet<Identifier> memberOf,
    List<Identifier> searchPath,
    Optional<RoleLimits> limits) {

  public Role {
    memberOf = Collections.unmodifiableSortedSet(new TreeSet<>(memberOf));
    searchPath = List.copyOf(searchPath);
  }

  /** One whose limits are somebody else's matter. */
  public Role(
      Identifier name, boolean login, SortedSet<Identifier> memberOf, List<Identifier> searchPath) {
    this(name, login, memberOf, searchPath, Optional.empty());
  }

  /** One that owns things, and that nobody logs in as. */
  public static Role owner(Identifier name) {
    return new Role(name, false, Collections.emptySortedSet(), List.of());
  }

  /** One that logs in and has nothing else. */
  public static Role login(Identifier name) {
    return new Role(name, true, Collections.emptySortedSet(), List.of());
  }
}
