package org.partitionproxy.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.state.Role;
import org.partitionproxy.state.ServerState;

/**
 * The changes that turn one state of a server into another, in the order in which they can be made.
 * Only mirrors are ever dropped: whatever else stands on a server and not in the desired state is
 * left alone, and shown as a note by who asks.
 *
 * <p>{@code diff(s, s)} is empty for every state.
 */
public final class Differ {

  private final ServerChanges servers;
  private final ForeignChanges foreign;

  /**
   * @param passwords of the roles and mappings that will be made
   */
  public Differ(Passwords passwords) {
    this.servers = new ServerChanges(passwords);
    this.foreign = new ForeignChanges(passwords);
  }

  public List<Change> diff(ServerState is, ServerState should) {
    List<Change> changes = new ArrayList<>();
    should.database().ifPresent(d -> changes.addAll(servers.create(is.database(), d)));
    // A role can only be made a member of roles that are there.
    changes.addAll(each(is.roles(), byMembership(should.roles(), false), servers::role));
    changes.addAll(each(is.roles(), byMembership(should.roles(), true), servers::role));
    should.database().ifPresent(d -> changes.addAll(servers.access(is.database(), d)));
    changes.addAll(each(is.schemas(), should.schemas(), servers::schema));
    should.extensions().stream()
        .filter(e -> !is.extensions().contains(e))
        .forEach(e -> changes.add(foreign.extension(e)));
    changes.addAll(each(is.foreignServers(), should.foreignServers(), foreign::server));
    changes.addAll(each(is.userMappings(), should.userMappings(), foreign::mapping));
    changes.addAll(new MirrorChanges().diff(is, should));
    return changes;
  }

  private static SortedMap<Identifier, Role> byMembership(
      SortedMap<Identifier, Role> roles, boolean members) {
    SortedMap<Identifier, Role> some = new TreeMap<>(roles);
    some.values().removeIf(role -> role.memberOf().isEmpty() == members);
    return some;
  }

  /** For each desired object the changes from what is there, if anything. */
  private static <K, V> List<Change> each(
      SortedMap<K, V> is, SortedMap<K, V> should, BiFunction<@Nullable V, V, List<Change>> change) {
    List<Change> changes = new ArrayList<>();
    should.forEach(
        (name, desired) -> {
          V actual = is.get(name);
          if (!desired.equals(actual)) {
            changes.addAll(change.apply(actual, desired));
          }
        });
    return changes;
  }

  /** The statements as one change, or none where nothing is to be done. */
  static List<Change> unlessEmpty(List<Sql> statements, Function<List<Sql>, Change> change) {
    return statements.isEmpty() ? List.of() : List.of(change.apply(statements));
  }
}
