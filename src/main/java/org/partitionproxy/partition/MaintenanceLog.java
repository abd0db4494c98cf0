package org.partitionproxy.partition;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.ledger.Ledger;
import org.partitionproxy.ledger.Origin;
import org.partitionproxy.ledger.RunLog;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Topology;

/**
 * The runs that changed something, in the veneers' ledgers: one row for a process, however often it
 * looks. It has an end at any time, for it holds no lock that an unfinished one would explain.
 */
public final class MaintenanceLog {

  private final Topology topology;
  private final Connector connector;
  private final Origin origin;
  private final Map<ServerDefinition, Long> ids = new LinkedHashMap<>();
  private Optional<Instant> since = Optional.empty();
  private int changes;

  public MaintenanceLog(Topology topology, Connector connector, Origin origin) {
    this.topology = topology;
    this.connector = connector;
    this.origin = origin;
  }

  /**
   * Notes what a run did, if it did something.
   *
   * @return warnings of veneers that could not be told
   */
  public List<Diagnostic> note(Maintenance done) {
    if (done.deeds().isEmpty()) {
      return List.of();
    }
    changes += done.deeds().size();
    String outcome =
        switch (done.exitCode()) {
          case DONE -> "done";
          default -> "partial";
        };
    List<Diagnostic> warnings = new ArrayList<>();
    for (ServerDefinition veneer : topology.veneers()) {
      try (Session session = connector.superuser(veneer)) {
        session.inTransaction(() -> note(session, veneer, outcome));
      } catch (SqlFailure e) {
        warnings.add(
            Diagnostic.warning(
                Code.PARTITION_RUN_UNNOTED,
                "the history has no word of this run: " + e.diagnostics().get(0).summary(),
                "Partitions were seen to all the same; `ppp history` shows only runs that the"
                    + " veneer could be told of."));
      }
    }
    return warnings;
  }

  private void note(Session session, ServerDefinition veneer, String outcome) {
    if (new Ledger(session).stamp().isEmpty()) {
      return;
    }
    RunLog log = new RunLog(session);
    Instant started = since.orElseGet(log::now);
    since = Optional.of(started);
    log.end(ids.computeIfAbsent(veneer, v -> log.begin(origin, started)), outcome, changes);
  }
}
