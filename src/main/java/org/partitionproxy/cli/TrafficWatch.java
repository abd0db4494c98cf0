package org.partitionproxy.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.inspect.InspectionReader;
import org.partitionproxy.top.Traffic;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Topology;
import org.partitionproxy.trace.Trace;
import org.partitionproxy.trace.TraceWatch;

/**
 * Reads the rows of a short time from the logs, for metrics. Only where rows are logged: else there
 * would be much to read at level {@code statements}, and nothing in it.
 */
final class TrafficWatch implements TraceWatch.Listener {

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Topology topology;
  private final Connector connector;
  private final Instant since;
  private Traffic seen;
  private boolean complete = true;

  /**
   * @param since by the veneers' clocks
   */
  TrafficWatch(Topology topology, Connector connector, Instant since) {
    this.topology = topology;
    this.connector = connector;
    this.since = since;
    this.seen = Traffic.none(Duration.between(since, Instant.now()));
  }

  /**
   * Of all veneers together.
   *
   * @return empty if no veneer logs rows
   * @throws PppException if a veneer does not answer, or a log cannot be read, or not within some
   *     seconds
   */
  Optional<Traffic> read() {
    boolean read = false;
    for (ServerDefinition veneer : topology.veneers()) {
      if (logsRows(veneer)) {
        read(veneer);
        read = true;
      }
    }
    return read ? Optional.of(complete ? seen : seen.withoutShards()) : Optional.empty();
  }

  private boolean logsRows(ServerDefinition veneer) {
    try (Session session = connector.superuser(veneer)) {
      return InspectionReader.logsRows(topology, session);
    }
  }

  private void read(ServerDefinition veneer) {
    try (TraceWatch watch =
        new TraceWatch(topology, veneer, connector::superuser, Optional.of(since), this)) {
      watch.start();
      Instant end = watch.now();
      Instant deadline = end.plus(PATIENCE);
      watch.follow(() -> !watch.hasReached(end) && watch.now().isBefore(deadline));
      if (!watch.hasReached(end)) {
        throw tooMuch(veneer);
      }
      watch.finish();
    }
  }

  private static PppException tooMuch(ServerDefinition veneer) {
    return new PppException(
        Diagnostic.warning(
            Code.TRAFFIC_NOT_READ,
            "the logs of "
                + veneer.title()
                + " and its shards could not be read within "
                + PATIENCE.toSeconds()
                + " s",
            "There are no metrics of rows: give a shorter time, `--since 10s`."));
  }

  @Override
  public void warn(List<Diagnostic> warnings) {
    // Metrics say nothing of what they don't know; `ppp trace` says why.
  }

  @Override
  public void disconnected(ServerName server, SqlFailure reason) {
    complete = false; // the status has it as not reachable
  }

  @Override
  public void reconnected(ServerName server) {
    // It may have been away for a moment that counts.
  }

  @Override
  public boolean show(List<Trace> traces) {
    seen = seen.plus(traces);
    return true;
  }
}
