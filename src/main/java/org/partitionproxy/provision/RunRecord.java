package org.partitionproxy.provision;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.partitionproxy.apply.Sessions;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.ExitCode;
import org.partitionproxy.ledger.Ledger;
import org.partitionproxy.ledger.Origin;
import org.partitionproxy.ledger.RunLog;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Topology;

/**
 * The row of one run in the veneers' ledgers. The very first run has no ledger to write to until
 * its first stage is done.
 */
final class RunRecord {

  private final Sessions sessions;
  private final Topology topology;
  private final Origin origin;
  private final Map<ServerDefinition, Long> ids = new LinkedHashMap<>();
  private Optional<Instant> since = Optional.empty();

  RunRecord(Sessions sessions, Topology topology, Origin origin) {
    this.sessions = sessions;
    this.topology = topology;
    this.origin = origin;
  }

  /** Writes the row wherever there is a ledger by now; can be called again. */
  synchronized void begin() {
    for (ServerDefinition veneer : topology.veneers()) {
      if (!ids.containsKey(veneer)) {
        try {
          sessions.with(veneer, session -> begin(veneer, session));
        } catch (SqlFailure e) {
          // No database yet, or the veneer is gone: the stages will say so.
        }
      }
    }
  }

  /** The same time on all veneers: by it a run is known from others of the same process. */
  private boolean begin(ServerDefinition veneer, Session session) {
    if (new Ledger(session).stamp().isEmpty()) {
      return false;
    }
    RunLog log = new RunLog(session);
    Instant started = since.orElseGet(log::now);
    since = Optional.of(started);
    ids.put(veneer, log.begin(origin, started));
    return true;
  }

  /** How a run ended, as people read it: {@code done}. */
  static String word(ExitCode exitCode) {
    return exitCode.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /**
   * Writes how it ended. Where a veneer is gone, its row stays without an end, as that of a run
   * that was killed.
   */
  synchronized void end(String outcome, int changes) {
    ids.forEach(
        (veneer, id) -> {
          try {
            sessions.with(
                veneer,
                session -> {
                  new RunLog(session).end(id, outcome, changes);
                  return true;
                });
          } catch (SqlFailure e) {
            // Whoever reads the row finds it unfinished.
          }
        });
  }
}
