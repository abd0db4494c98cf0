package org.partitionproxy.state;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.partitionproxy.sql.Identifier;

/**
 * Who may do what with an object, besides its owner: privileges by grantee. A grantee without
 * privileges is not in it.
 *
 * @see <a href="https://www.postgresql.org/docs/18/ddl-priv.html">PostgreSQL, 5.8 Privileges</a>
 */
public record Acl(SortedMap<Identifier, SortedSet<String>> grants) {

  /** The grantee that stands for everybody; PostgreSQL lets no role have this name. */
  public static final Identifier PUBLIC = Identifier.of("public");

  public static final Acl NONE = new Acl(new TreeMap<>());

  public Acl {
    TreeMap<Identifier, SortedSet<String>> copy = new TreeMap<>();
    grants.forEach(
        (grantee, privileges) -> {
          if (!privileges.isEmpty()) {
            copy.put(grantee, Collections.unmodifiableSortedSet(new TreeSet<>(privileges)));
          }
        });
    grants = Collections.unmodifiableSortedMap(copy);
  }

  public static Acl of(Identifier grantee, String... privileges) {
    return NONE.with(grantee, List.of(privileges));
  }

  /** The same privileges for all of these. */
  public static Acl of(Collection<Identifier> grantees, String... privileges) {
    TreeMap<Identifier, SortedSet<String>> grants = new TreeMap<>();
    grantees.forEach(grantee -> grants.put(grantee, new TreeSet<>(List.of(privileges))));
    return new Acl(grants);
  }

  /** This and these privileges more. */
  public Acl with(Identifier grantee, Collection<String> privileges) {
    TreeMap<Identifier, SortedSet<String>> more = new TreeMap<>(grants);
    TreeSet<String> all = new TreeSet<>(of(grantee));
    all.addAll(privileges);
    more.put(grantee, all);
    return new Acl(more);
  }

  /** What this or the other has. */
  public Acl and(Acl other) {
    TreeMap<Identifier, SortedSet<String>> all = new TreeMap<>();
    grants.forEach((grantee, privileges) -> all.put(grantee, new TreeSet<>(privileges)));
    other.grants.forEach(
        (grantee, privileges) ->
            all.computeIfAbsent(grantee, g -> new TreeSet<>()).addAll(privileges));
    return new Acl(all);
  }

  /** The privileges of a grantee; empty if it has none. */
  public SortedSet<String> of(Identifier grantee) {
    return grants.getOrDefault(grantee, Collections.emptySortedSet());
  }

  /** Only what these grantees have. */
  public Acl only(Collection<Identifier> grantees) {
    TreeMap<Identifier, SortedSet<String>> kept = new TreeMap<>(grants);
    kept.keySet().retainAll(grantees);
    return new Acl(kept);
  }

  /** What this has and {@code other} lacks. */
  public Acl minus(Acl other) {
    TreeMap<Identifier, SortedSet<String>> rest = new TreeMap<>();
    grants.forEach(
        (grantee, privileges) -> {
          TreeSet<String> left = new TreeSet<>(privileges);
          left.removeAll(other.of(grantee));
          rest.put(grantee, left);
        });
    return new Acl(rest);
  }

  public boolean isEmpty() {
    return grants.isEmpty();
  }
}
