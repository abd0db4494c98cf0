package org.partitionproxy.provision;

import java.util.Locale;
import java.util.OptionalLong;
import org.partitionproxy.apply.Sessions;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.ExitCode;
import org.partitionproxy.ledger.Ledger;
import org.partitionproxy.ledger.Origin;
import org.partitionproxy.ledger.RunLog;
import org.partitionproxy.topology.ServerDefinition;

/**
 * The row of one run in the veneer's ledger. The very first run has no ledger to write to until its
 * first stage is done.
 */
final class RunRecord {

  private final Sessions sessions;
  private final ServerDefinition veneer;
  private final Origin origin;
  private OptionalLong id = OptionalLong.empty();

  RunRecord(Sessions sessions, ServerDefinition veneer, Origin origin) {
    this.sessions = sessions;
    this.veneer = veneer;
    this.origin = origin;
  }

  /** Writes the row, once there is a ledger; can be called again. */
  void begin() {
    if (id.isPresent()) {
      return;
    }
    try {
      id =
          sessions.with(
              veneer,
              session ->
                  new Ledger(session).stamp().isPresent()
                      ? OptionalLong.of(new RunLog(session).begin(origin))
                      : OptionalLong.empty());
    } catch (SqlFailure e) {
      // No database yet, or the veneer is gone: the stages will say so.
      id = OptionalLong.empty();
    }
  }

  /** How a run ended, as people read it: {@code done}. */
  static String word(ExitCode exitCode) {
    return exitCode.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /**
   * Writes how it ended. If the veneer is gone, the row stays without an end, as that of a run that
   * was killed.
   */
  void end(String outcome, int changes) {
    if (id.isEmpty()) {
      return;
    }
    try {
      sessions.with(
          veneer,
          session -> {
            new RunLog(session).end(id.getAsLong(), outcome, changes);
            return true;
          });
    } catch (SqlFailure e) {
      id = OptionalLong.empty();
    }
  }
}
