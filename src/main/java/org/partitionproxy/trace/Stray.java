package org.partitionproxy.trace;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.partitionproxy.inspect.LogEntry;
import org.partitionproxy.topology.ServerName;

/**
 * A session at a shard whose name doesn't tell whose it is. It counts as one of postgres_fdw as
 * long as it does nothing that postgres_fdw does not, and once it has done what others don't.
 *
 * @see <a href="https://www.postgresql.org/docs/18/postgres-fdw.html">F.38 postgres_fdw,
 *     Transaction Management, and Connection Management</a>
 */
final class Stray {

  /** What postgres_fdw calls itself where nobody says otherwise. */
  private static final String DEFAULT_NAME = "postgres_fdw";

  private static final Set<String> OPENINGS =
      Set.of(
          "START TRANSACTION ISOLATION LEVEL REPEATABLE READ",
          "START TRANSACTION ISOLATION LEVEL SERIALIZABLE");

  private static final Set<String> CLOSINGS =
      Set.of("COMMIT TRANSACTION", "ABORT TRANSACTION", "DEALLOCATE ALL");

  /** The first setting of a new connection. */
  private static final String FIRST_SETTING = "SET search_path = pg_catalog";

  /** How long after a transaction's end at the shard its statement may end on the veneer. */
  private static final Duration AFTERMATH = Duration.ofSeconds(1);

  private final Strand strand;
  private boolean named;
  private boolean opened;
  private boolean proven;
  private boolean alien;
  private Instant heard = Instant.MIN;

  /** How well each session of the veneer fitted so far. */
  private final Map<String, Double> standing = new HashMap<>();

  /** The only session of the veneer that fitted. */
  private Optional<String> only = Optional.empty();

  Stray(ServerName shard, LogEntry first) {
    this.strand = new Strand(shard, first.sessionId(), first.user(), true);
  }

  /** In the order of the session's lines. */
  void add(LogEntry line, Duration ahead) {
    heard = line.timestamp().minus(ahead);
    named |= line.application().equals(Optional.of(DEFAULT_NAME));
    boolean statement = line.kind() == LogEntry.Kind.STATEMENT || line.isError();
    if (!alien && statement && line.statement().isPresent()) {
      judge(Step.of(line, line.timestamp(), Duration.ZERO, OptionalLong.empty()));
    }
    if (!alien) {
      strand.asking().add(line, ahead);
    }
  }

  private void judge(Step step) {
    String sql = step.sql();
    switch (step.kind()) {
      case SETUP -> proven |= sql.equals(FIRST_SETTING);
      case OPENING -> {
        boolean begins = OPENINGS.contains(sql);
        opened |= begins;
        alien = !begins && !sql.matches("SAVEPOINT s[0-9]+");
      }
      case CLOSING -> {
        alien = !CLOSINGS.contains(sql);
        proven |= opened;
      }
      case DECLARE -> proven = true;
      case STATEMENT ->
          // It reads rows through cursors alone.
          alien = step.purpose() == Purpose.READ || step.purpose() == Purpose.LOCK;
      default -> {}
    }
    if (alien) {
      strand.asking().clear();
    }
  }

  boolean isForwarded() {
    return !alien && (named || (opened && proven));
  }

  boolean isSilentSince(Instant moment) {
    return heard.isBefore(moment);
  }

  Strand strand() {
    return strand;
  }

  /** The session of the veneer that it is known to be of, as far as can be known. */
  Optional<String> only() {
    return only;
  }

  void keep(String session) {
    only = Optional.of(session);
    standing.clear();
  }

  void release() {
    only = Optional.empty();
  }

  double standing(String session) {
    return standing.getOrDefault(session, 0.0);
  }

  void judge(String session, double score) {
    standing.merge(session, score, Double::sum);
  }

  /**
   * What nobody was found for, though its transaction ended well before that moment, is nobody's;
   * and if somebody was known before, that was wrong.
   */
  void giveUp(Instant moment) {
    Asking asking = strand.asking();
    Instant over =
        asking.loose().stream()
            .filter(step -> step.kind() == Step.Kind.CLOSING)
            .map(Step::end)
            .filter(end -> end.isBefore(moment.minus(AFTERMATH)))
            .max(Instant::compareTo)
            .orElse(Instant.MIN);
    long count = asking.pending().stream().takeWhile(one -> !one.end().isAfter(over)).count();
    if (only.isPresent()) {
      only = count == 0 ? only : Optional.empty();
    } else {
      asking.drop((int) count, over);
      asking.loose().removeIf(step -> !step.end().isAfter(over));
    }
  }
}
