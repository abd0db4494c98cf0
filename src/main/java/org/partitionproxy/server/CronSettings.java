package org.partitionproxy.server;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Topology;

/**
 * What a shard that ppp starts has set so that pg_cron runs its jobs, where its PostgreSQL has
 * pg_cron: a server that is to preload a library it lacks does not start.
 *
 * @see <a href="https://github.com/citusdata/pg_cron#pg_cron-settings">pg_cron, settings</a>
 */
final class CronSettings {

  static final String LIBRARY = "pg_cron";

  /** A list, of which only the last setting counts: what shards.yaml says goes unchanged. */
  static final String PRELOADED = "shared_preload_libraries";

  private static final int JOBS_AT_ONCE = 32;

  /** For parallel queries, replication, and pg_cron's own. */
  private static final int OTHER_WORKERS = 16;

  private CronSettings() {}

  /** Whether something in shards.yaml runs on a schedule on this server. */
  static boolean isWanted(Topology topology, ServerDefinition server) {
    return isShard(server)
        && (!topology.jobs().isEmpty()
            || !topology.rollups().isEmpty()
            || topology.partitions().stream().anyMatch(r -> r.policy().schedule().isPresent()));
  }

  static boolean isShard(ServerDefinition server) {
    return !server.isVeneer() && !server.isReplica();
  }

  /**
   * All but {@link #PRELOADED}, and no harm without it. Each job that runs is a worker of the
   * server's, which needs no password. Jobs are noted in pg_cron's own table, and need not be told
   * in the server's log as well.
   */
  static SortedMap<String, String> wanted() {
    SortedMap<String, String> wanted = new TreeMap<>();
    wanted.put("cron.log_statement", "off");
    wanted.put("cron.max_running_jobs", Integer.toString(JOBS_AT_ONCE));
    wanted.put("cron.use_background_workers", "on");
    wanted.put("max_worker_processes", Integer.toString(JOBS_AT_ONCE + OTHER_WORKERS));
    return Collections.unmodifiableSortedMap(wanted);
  }

  /** With the library itself. */
  static Map<String, String> preloading() {
    SortedMap<String, String> all = new TreeMap<>(wanted());
    all.put(PRELOADED, LIBRARY);
    return Collections.unmodifiableSortedMap(all);
  }
}
