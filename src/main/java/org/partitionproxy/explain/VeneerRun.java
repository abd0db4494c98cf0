package org.partitionproxy.explain;

import java.util.Optional;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Probe;
import org.partitionproxy.db.ServerError;
import org.partitionproxy.db.Session;

/**
 * Runs a statement as its role for its plan's figures, and rolls it back: with it goes what shards
 * did, as postgres_fdw ends their transactions with the veneer's.
 */
final class VeneerRun {

  /** {@code fdw_unable_to_establish_connection}. */
  private static final String NO_CONNECTION = "HV00N";

  /**
   * @param json empty if a shard could not be reached
   * @param failure then what the veneer said
   */
  record Outcome(Optional<String> json, String failure) {}

  private VeneerRun() {}

  /**
   * @throws org.partitionproxy.diagnostic.PppException if the statement is refused
   */
  static Outcome run(Connector connector, ExplainRequest request) {
    try (Session session = connector.as(request.veneer(), request.role())) {
      session.probe(request.execution() == Execution.WRITE ? "BEGIN" : "BEGIN READ ONLY");
      try {
        int count = VeneerPlanner.prepare(session, request);
        if (count > 0 && request.parameters().isEmpty()) {
          return new Outcome(
              Optional.empty(), "it has parameters, and no values were given: --param gives one");
        }
        Probe explained =
            session.probe(
                "EXPLAIN (ANALYZE, VERBOSE, BUFFERS, FORMAT JSON) EXECUTE ppp_explain"
                    + VeneerPlanner.arguments(count, request.parameters()));
        Optional<String> lost =
            explained
                .error()
                .filter(VeneerRun::isLost)
                .map(e -> request.values().inMessage(e.sqlState(), e.message()));
        if (lost.isPresent()) {
          return new Outcome(Optional.empty(), lost.get());
        }
        explained.error().ifPresent(e -> VeneerPlanner.refuse(request, e, 0));
        return new Outcome(Optional.of(String.join("\n", explained.lines())), "");
      } finally {
        session.probe("ROLLBACK");
      }
    }
  }

  private static boolean isLost(ServerError error) {
    return ServerError.isConnectionLost(error.sqlState()) || error.sqlState().equals(NO_CONNECTION);
  }
}
