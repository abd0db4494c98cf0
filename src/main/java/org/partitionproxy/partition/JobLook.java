package org.partitionproxy.partition;

import java.util.List;
import org.partitionproxy.catalog.JobReader;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.state.ScheduledJob;

/** How ppp's jobs on a shard went; only reads, and only where pg_cron is. */
final class JobLook {

  private static final int RUNS = 3;

  private final Connector connector;
  private final JobReader reader = new JobReader();

  JobLook(Connector connector) {
    this.connector = connector;
  }

  /**
   * Those that work in the shard's database, wherever on its server pg_cron keeps them. Where they
   * can't be read, that is a problem, and all else goes on.
   */
  List<ShardJob> at(Session session, Report report) {
    try {
      return at(session);
    } catch (SqlFailure e) {
      e.diagnostics().forEach(report::problem);
      return List.of();
    }
  }

  private List<ShardJob> at(Session session) {
    return reader
        .histories(
            session,
            work -> {
              try (Session maintenance = connector.maintenance(session.server())) {
                work.accept(maintenance);
              }
            },
            ScheduledJob.MAKING,
            RUNS)
        .stream()
        .map(one -> new ShardJob(session.server().name(), one))
        .toList();
  }
}
