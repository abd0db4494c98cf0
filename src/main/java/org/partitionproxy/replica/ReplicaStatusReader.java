package org.partitionproxy.replica;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.partitionproxy.apply.Sessions;
import org.partitionproxy.db.Row;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.inspect.SubscriptionLog;

/** Asks both ends how a replication fares. */
public final class ReplicaStatusReader {

  /** Within that time a copy that fails is tried again, by {@code wal_retrieve_retry_interval}. */
  private static final Duration RETRIED = Duration.ofSeconds(15);

  private static final String SLOT =
      """
      SELECT s.active, coalesce(s.wal_status, 'lost') AS wal_status,
        coalesce(pg_catalog.pg_wal_lsn_diff(
          pg_catalog.pg_current_wal_lsn(), s.confirmed_flush_lsn), 0)::bigint AS lag,
        greatest(coalesce(pg_catalog.pg_wal_lsn_diff(
          pg_catalog.pg_current_wal_lsn(), s.restart_lsn), 0), 0)::bigint AS retained,
        (SELECT CASE WHEN p.setting::bigint >= 0 THEN p.setting::bigint * 1048576 END
         FROM pg_catalog.pg_settings AS p WHERE p.name = 'max_slot_wal_keep_size') AS keeps
      FROM pg_catalog.pg_replication_slots AS s
      WHERE s.slot_name = ?""";

  private static final String SUBSCRIPTION =
      """
      SELECT s.oid::text AS oid, s.subenabled,
        EXISTS (SELECT FROM pg_catalog.pg_stat_subscription AS w
          WHERE w.subid = s.oid AND w.relid IS NULL AND w.pid IS NOT NULL
            AND w.received_lsn IS NOT NULL) AS runs,
        coalesce(e.apply_error_count + e.sync_error_count, 0) AS errors,
        (SELECT pg_catalog.sum(c.value::bigint)::bigint
         FROM pg_catalog.jsonb_each_text(pg_catalog.to_jsonb(e)) AS c (key, value)
         WHERE c.key LIKE 'confl\\_%') AS conflicts
      FROM pg_catalog.pg_subscription AS s
      JOIN pg_catalog.pg_database AS d ON d.oid = s.subdbid
      LEFT JOIN pg_catalog.pg_stat_subscription_stats AS e ON e.subid = s.oid
      WHERE d.datname = pg_catalog.current_database() AND s.subname = ?""";

  /** Not there before ppp is: then nobody knows. */
  private static final String HAS_LAG =
      "SELECT pg_catalog.to_regclass('ppp.replication_lag') IS NOT NULL AS there";

  private static final String LAG =
      "SELECT pg_catalog.date_part('epoch', l.lag)::text AS seconds FROM ppp.replication_lag AS l";

  private static final String TABLES =
      """
      SELECT n.nspname || '.' || c.relname AS name,
        CASE r.srsubstate WHEN 'r' THEN 'copied' WHEN 'i' THEN 'waiting' ELSE 'copying' END AS state
      FROM pg_catalog.pg_subscription_rel AS r
      JOIN pg_catalog.pg_class AS c ON c.oid = r.srrelid
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      WHERE r.srsubid = ?::pg_catalog.oid
      ORDER BY n.nspname, c.relname""";

  private record Subscription(
      boolean enabled,
      boolean runs,
      long errors,
      Optional<Long> conflicts,
      Optional<Double> lagSeconds,
      List<ReplicaStatus.TableState> tables) {}

  private final Sessions sessions;

  public ReplicaStatusReader(Sessions sessions) {
    this.sessions = sessions;
  }

  public ReplicaStatus read(Replication replication) {
    List<Diagnostic> away = new ArrayList<>();
    String name = replication.name().value();
    Optional<ReplicaStatus.Slot> slot =
        ask(() -> sessions.with(replication.shard(), s -> slot(s, replication)), away);
    boolean lost = slot.filter(ReplicaStatus.Slot::isLost).isPresent();
    Optional<Subscription> subscription =
        ask(
            () ->
                sessions.with(
                    replication.replicaServer(),
                    s -> s.queryOne(SUBSCRIPTION, row -> subscription(s, row), name)),
            away);
    ReplicaStatus.State seen =
        away.isEmpty()
            ? state(slot, subscription)
            : lost ? ReplicaStatus.State.LOST : ReplicaStatus.State.UNKNOWN;
    Reason reason = reason(replication, seen);
    return new ReplicaStatus(
        replication.replica().name().value(),
        replication.shard().name().value(),
        reason.failure().isPresent() ? ReplicaStatus.State.STOPPED : seen,
        slot,
        subscription.flatMap(Subscription::lagSeconds),
        subscription.map(Subscription::errors).orElse(0L),
        subscription.flatMap(Subscription::conflicts),
        reason.failure(),
        reason.unread(),
        subscription.map(Subscription::tables).orElse(List.of()),
        away);
  }

  /** What the shard keeps for a replica; empty if it has no slot. */
  public static Optional<ReplicaStatus.Slot> slot(Session shard, Replication replication) {
    return shard.queryOne(SLOT, ReplicaStatusReader::slot, replication.name().value());
  }

  /** The last failure, or why it is not known; neither where nothing fails. */
  private record Reason(Optional<ReplicaFailure> failure, Optional<String> unread) {
    static final Reason NONE = new Reason(Optional.empty(), Optional.empty());
  }

  /** Workers that make first copies fail and are tried again beside one that follows. */
  private Reason reason(Replication replication, ReplicaStatus.State seen) {
    if (seen != ReplicaStatus.State.STOPPED && seen != ReplicaStatus.State.COPYING) {
      return Reason.NONE;
    }
    boolean copying = seen == ReplicaStatus.State.COPYING;
    try {
      return new Reason(
          sessions.with(replication.replicaServer(), s -> failure(s, replication, copying)),
          Optional.empty());
    } catch (PppException e) {
      return new Reason(
          Optional.empty(),
          copying ? Optional.empty() : Optional.of(e.diagnostics().get(0).summary()));
    }
  }

  private static Optional<ReplicaFailure> failure(
      Session session, Replication replication, boolean copying) {
    Instant recent =
        session
            .query("SELECT pg_catalog.clock_timestamp() AS now", row -> row.instant("now"))
            .get(0)
            .minus(RETRIED);
    return SubscriptionLog.newest(
            session,
            replication.name().value(),
            failure -> !copying || (failure.copying() && failure.at().isAfter(recent)))
        .map(ReplicaFailure::of);
  }

  private interface Question<T> {
    Optional<T> ask();
  }

  private static <T> Optional<T> ask(Question<T> question, List<Diagnostic> away) {
    try {
      return question.ask();
    } catch (SqlFailure e) {
      away.addAll(e.diagnostics());
      return Optional.empty();
    }
  }

  private static ReplicaStatus.State state(
      Optional<ReplicaStatus.Slot> slot, Optional<Subscription> subscription) {
    if (subscription.isEmpty()) {
      return ReplicaStatus.State.MISSING;
    }
    if (slot.isEmpty() || slot.get().isLost()) {
      return ReplicaStatus.State.LOST;
    }
    if (!subscription.get().enabled()) {
      return ReplicaStatus.State.PAUSED;
    }
    if (!slot.get().active() || !subscription.get().runs()) {
      return ReplicaStatus.State.STOPPED;
    }
    boolean copied = subscription.get().tables().stream().allMatch(t -> t.state().equals("copied"));
    return copied ? ReplicaStatus.State.FOLLOWING : ReplicaStatus.State.COPYING;
  }

  private static ReplicaStatus.Slot slot(Row row) {
    return new ReplicaStatus.Slot(
        row.bool("active"),
        row.string("wal_status"),
        row.number("lag"),
        row.number("retained"),
        row.findNumber("keeps"));
  }

  private static Subscription subscription(Session session, Row row) {
    return new Subscription(
        row.bool("subenabled"),
        row.bool("runs"),
        row.number("errors"),
        row.findNumber("conflicts"),
        lag(session),
        session.query(
            TABLES,
            t -> new ReplicaStatus.TableState(t.string("name"), t.string("state")),
            row.string("oid")));
  }

  private static Optional<Double> lag(Session session) {
    return session.query(HAS_LAG, row -> row.bool("there")).get(0)
        ? session.query(LAG, row -> row.findString("seconds").map(Double::valueOf)).get(0)
        : Optional.empty();
  }
}
