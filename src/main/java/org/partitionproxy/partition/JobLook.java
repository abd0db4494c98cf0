package org.partitionproxy.partition;

import java.util.List;
import java.util.Optional;
import org.partitionproxy.catalog.JobReader;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.state.JobHistory;

/** How ppp's jobs on a shard went; only reads, and only where pg_cron is. */
final class JobLook {

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
    Optional<Identifier> home = reader.database(session);
    if (home.isEmpty()) {
      return List.of();
    }
    if (home.get().equals(session.server().database())) {
      return jobs(session);
    }
    if (home.get().equals(Connector.MAINTENANCE_DATABASE)) {
      try (Session maintenance = connector.maintenance(session.server())) {
        return jobs(maintenance);
      }
    }
    return List.of();
  }

  private List<ShardJob> jobs(Session session) {
    List<JobHistory> histories =
        reader.version(session).isPresent()
            ? reader.histories(session, session.server().database())
            : List.of();
    return histories.stream().map(one -> new ShardJob(session.server().name(), one)).toList();
  }
}
