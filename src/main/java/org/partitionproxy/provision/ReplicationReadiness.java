package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.partitionproxy.db.Session;
import org.partitionproxy.server.ReplicationSettings;
import org.partitionproxy.topology.Topology;

/**
 * Whether servers run with what replication needs. ppp sets it where it starts servers; what is
 * otherwise needs a restart, which no run does by the way.
 */
final class ReplicationReadiness {

  private static final String VALUES =
      """
      SELECT s.name, s.setting
      FROM pg_catalog.pg_settings AS s
      WHERE s.name = ANY (?)
      ORDER BY s.name""";

  private final Topology topology;
  private final boolean ownServers;

  ReplicationReadiness(Topology topology, boolean ownServers) {
    this.topology = topology;
    this.ownServers = ownServers;
  }

  static SortedMap<String, String> read(Session session, Collection<String> names) {
    SortedMap<String, String> values = new TreeMap<>();
    if (!names.isEmpty()) {
      session
          .query(VALUES, row -> Map.entry(row.string("name"), row.string("setting")), names)
          .forEach(value -> values.put(value.getKey(), value.getValue()));
    }
    return values;
  }

  /** What is in the way of replication on a server, and who mends it; empty if nothing is. */
  Optional<String> problem(ServerSnapshot snapshot) {
    List<String> is = new ArrayList<>();
    List<String> needed = new ArrayList<>();
    for (Map.Entry<String, String> least :
        ReplicationSettings.least(topology, snapshot.server(), snapshot.majorVersion())
            .entrySet()) {
      String name = least.getKey();
      String value = snapshot.replication().getOrDefault(name, "?");
      if (!isEnough(value, least.getValue())) {
        is.add(name + " " + value);
        needed.add(name + " " + least.getValue());
      }
    }
    return is.isEmpty()
        ? Optional.empty()
        : Optional.of(
            snapshot.server().title()
                + " runs with "
                + String.join(", ", is)
                + ", and replication needs "
                + String.join(", ", needed)
                + "; "
                + mend());
  }

  private String mend() {
    return ownServers
        ? "`ppp stop` and `ppp start` make it so, unless its `settings:` or ALTER SYSTEM say"
            + " otherwise"
        : "set that there (ALTER SYSTEM, or the provider's parameters) and restart it";
  }

  private static boolean isEnough(String is, String least) {
    try {
      return Integer.parseInt(is) >= Integer.parseInt(least);
    } catch (NumberFormatException e) {
      return is.equals(least);
    }
  }
}
