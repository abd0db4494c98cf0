package org.partitionproxy.convert;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.partitionproxy.db.Session;

/** Holds a conversion back while others would suffer. */
final class Throttle {

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);

  private static final String LAG =
      """
      SELECT coalesce(max(extract(epoch FROM r.replay_lag) * 1000), 0)::bigint AS lag
      FROM pg_catalog.pg_stat_replication AS r""";

  private static final String BUSY =
      """
      SELECT count(*) AS busy FROM pg_catalog.pg_stat_activity AS a
      WHERE a.state = 'active' AND a.backend_type = 'client backend'
        AND a.application_name NOT LIKE 'ppp %'""";

  private final ConversionRequest request;

  Throttle(ConversionRequest request) {
    this.request = request;
  }

  /** Returns when more may be done. */
  void await(Session session) {
    while (isTooMuch(session)) {
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
    }
  }

  private boolean isTooMuch(Session session) {
    return request.maxLag().filter(most -> ask(session).compareTo(most) > 0).isPresent()
        || request.pauseAboveLoad().filter(most -> busy(session) > most).isPresent();
  }

  private static Duration ask(Session session) {
    return Duration.ofMillis(session.query(LAG, row -> row.number("lag")).get(0));
  }

  private static long busy(Session session) {
    return session.query(BUSY, row -> row.number("busy")).get(0);
  }
}
