package org.partitionproxy.replica;

import java.time.Duration;
import java.time.Instant;
import org.partitionproxy.apply.Sessions;
import org.partitionproxy.db.Pause;
import org.partitionproxy.db.Session;

/**
 * Waits until a replica has all that its shard has written.
 *
 * @see <a href="https://www.postgresql.org/docs/18/view-pg-replication-slots.html">PostgreSQL,
 *     53.20 pg_replication_slots</a>
 */
public final class CatchUp {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Duration INTERVAL = Duration.ofMillis(20);

  private static final String REACHED =
      """
      SELECT coalesce(
        (SELECT s.confirmed_flush_lsn >= ?::pg_catalog.pg_lsn
         FROM pg_catalog.pg_replication_slots AS s
         WHERE s.slot_name = ?), false) AS reached""";

  private static final String COPIED =
      """
      SELECT NOT EXISTS (
        SELECT
        FROM pg_catalog.pg_subscription AS s
        JOIN pg_catalog.pg_database AS d ON d.oid = s.subdbid
        JOIN pg_catalog.pg_subscription_rel AS r ON r.srsubid = s.oid
        WHERE d.datname = pg_catalog.current_database() AND s.subname = ?
          AND r.srsubstate <> 'r') AS copied""";

  private CatchUp() {}

  /** Whether what the shard has written until now is there within 20 seconds. */
  public static boolean reached(Sessions sessions, Replication replication) {
    return reached(
        sessions, replication, sessions.with(replication.shard(), CatchUp::written), LIMIT);
  }

  /** How far the shard has written. */
  static String written(Session session) {
    return session
        .query("SELECT pg_catalog.pg_current_wal_lsn()::text AS lsn", row -> row.string("lsn"))
        .get(0);
  }

  static boolean reached(Sessions sessions, Replication replication, String lsn, Duration atMost) {
    String name = replication.name().value();
    Instant limit = Instant.now().plus(atMost);
    do {
      boolean there =
          sessions.with(
                  replication.shard(),
                  session -> session.query(REACHED, row -> row.bool("reached"), lsn, name).get(0))
              && sessions.with(
                  replication.replicaServer(),
                  session -> session.query(COPIED, row -> row.bool("copied"), name).get(0));
      if (there) {
        return true;
      }
    } while (Instant.now().isBefore(limit) && Pause.of(INTERVAL));
    return false;
  }
}
