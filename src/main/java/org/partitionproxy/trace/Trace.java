package org.partitionproxy.trace;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.TenantName;

/**
 * A statement on a veneer, and what was asked of shards for it.
 *
 * @param session of the veneer, as {@code %c} writes it
 * @param transaction the same for all statements of one transaction of a session, and for no others
 * @param tenant whose role ran it, or else the one tenant whose data alone it asked for
 * @param parameters of the extended protocol, as the log has them
 * @param begin by the veneer's clock
 * @param duration at the veneer; zero where the log doesn't tell, as of a statement that failed
 * @param rows returned to the client, or changed; empty where the veneer's log doesn't tell
 * @param queryId where the veneer computes it
 * @param exact whether what was forwarded is tied by the veneer's session; otherwise by time, which
 *     is a guess
 * @param forwarded in the order of their beginnings
 */
public record Trace(
    ServerName veneer,
    String session,
    long transaction,
    Optional<String> user,
    Optional<TenantName> tenant,
    Optional<String> application,
    String statement,
    Optional<String> parameters,
    Instant begin,
    Duration duration,
    OptionalLong rows,
    Optional<Long> queryId,
    Optional<Problem> problem,
    boolean exact,
    List<Forwarded> forwarded) {

  public Trace {
    forwarded = List.copyOf(forwarded);
  }

  /** What was asked for the statement's own sake: no transaction control, no connection set-up. */
  public List<Forwarded> asked() {
    return forwarded.stream().filter(one -> !one.purpose().isFolded()).toList();
  }

  /** Rows that shards sent; empty where the log of one of them doesn't tell, or none was read. */
  public OptionalLong rowsShipped() {
    List<Forwarded> reads =
        forwarded.stream()
            .filter(one -> one.purpose() == Purpose.READ || one.purpose() == Purpose.LOCK)
            .toList();
    return reads.isEmpty() || reads.stream().anyMatch(one -> one.rows().isEmpty())
        ? OptionalLong.empty()
        : OptionalLong.of(reads.stream().mapToLong(one -> one.rows().orElse(0)).sum());
  }

  /**
   * Rows shipped for each row returned: 1 is no waste; where none is returned, all that was
   * shipped.
   */
  public OptionalDouble waste() {
    OptionalLong shipped = rowsShipped();
    return shipped.isEmpty() || rows.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of((double) shipped.getAsLong() / Math.max(1, rows.getAsLong()));
  }

  /** At all shards, added up: where they worked side by side, more than {@link #duration}. */
  public Duration timeOnShards() {
    return forwarded.stream().map(Forwarded::duration).reduce(Duration.ZERO, Duration::plus);
  }

  /** The shards that were asked, each once, in the order of their names. */
  public List<ServerName> shards() {
    return forwarded.stream().map(Forwarded::shard).distinct().sorted().toList();
  }

  /** Whether rows were changed on this shard. */
  public boolean wroteTo(ServerName shard) {
    return writes().anyMatch(one -> one.shard().equals(shard));
  }

  private Stream<Forwarded> writes() {
    return forwarded.stream().filter(one -> one.purpose() == Purpose.WRITE);
  }
}
