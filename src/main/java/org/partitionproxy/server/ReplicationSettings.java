package org.partitionproxy.server;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.partitionproxy.topology.ReplicaDefinition;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Topology;

/**
 * What a server must have set to take part in logical replication: a shard that has replicas, and
 * these. A change of most of it needs a restart.
 *
 * @see <a href="https://www.postgresql.org/docs/18/logical-replication-config.html">PostgreSQL,
 *     29.12 Configuration Settings</a>
 */
public final class ReplicationSettings {

  /** Tables of one subscription that are copied at once, each with a slot of its own meanwhile. */
  private static final int COPIES = 4;

  /** For what else has slots, or looks at them. */
  private static final int SPARE = 5;

  /** The first where replication's origins are not counted with the slots. */
  private static final int FIRST_WITH_ORIGINS = 18;

  /** By which a replica that has stopped knows until when it has what its shard wrote. */
  private static final String COMMIT_TIMES = "track_commit_timestamp";

  private ReplicationSettings() {}

  /**
   * The least with which replication works, by parameter; empty where there is none.
   *
   * @param majorVersion of the server
   */
  public static SortedMap<String, String> least(
      Topology topology, ServerDefinition server, int majorVersion) {
    SortedMap<String, String> least = new TreeMap<>();
    int replicas = topology.replicasOf(server.name()).size();
    if (replicas > 0) {
      String slots = Integer.toString(SPARE + replicas * (1 + COPIES));
      least.put("wal_level", "logical");
      least.put("max_replication_slots", slots);
      least.put("max_wal_senders", slots);
    } else if (server.isReplica()) {
      least.put("max_logical_replication_workers", "2");
      least.put(origins(majorVersion), Integer.toString(1 + COPIES));
      if (topology.findReplica(server.name()).filter(ReplicaDefinition::reads).isPresent()) {
        least.put(COMMIT_TIMES, "on");
      }
    }
    return least;
  }

  /** What ppp sets on servers that it starts, under what shards.yaml says. */
  static Map<String, String> wanted(Topology topology, ServerDefinition server, int majorVersion) {
    SortedMap<String, String> wanted = least(topology, server, majorVersion);
    if (server.isReplica()) {
      wanted.put("max_logical_replication_workers", Integer.toString(2 + COPIES));
      wanted.put("max_sync_workers_per_subscription", Integer.toString(COPIES));
      wanted.put("max_worker_processes", "16");
      wanted.put(origins(majorVersion), "20");
      wanted.put(COMMIT_TIMES, "on");
    } else if (!wanted.isEmpty()) {
      // A replica that stays away must not fill the shard's disk: its slot is given up, and it is
      // copied anew.
      wanted.put("max_slot_wal_keep_size", "10GB");
    }
    return Collections.unmodifiableSortedMap(wanted);
  }

  private static String origins(int majorVersion) {
    return majorVersion >= FIRST_WITH_ORIGINS
        ? "max_active_replication_origins"
        : "max_replication_slots";
  }
}
