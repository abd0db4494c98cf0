package org.partitionproxy.apply;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.zip.CRC32;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Topology;

/**
 * Keeps two runs from changing one topology at the same time: an advisory lock in the veneer's
 * maintenance database, where no tenant can connect and take it. It ends with its session, so a run
 * that was killed holds nothing.
 *
 * @see <a
 *     href="https://www.postgresql.org/docs/18/explicit-locking.html#ADVISORY-LOCKS">PostgreSQL,
 *     13.3.5 Advisory Locks</a>
 */
public final class RunLock implements AutoCloseable {

  /** The first of the lock's two keys: "ppp" in ASCII. */
  private static final int CLASS = 0x707070;

  private static final long CHECK_NANOS = Duration.ofSeconds(1).toNanos();

  private final Session session;
  private final int key;
  private long checkedAt = System.nanoTime();

  private RunLock(Session session, int key) {
    this.session = session;
    this.key = key;
  }

  /**
   * @throws PppException {@link Code#LOCK_HELD} with the holder, if another run has it
   */
  public static RunLock acquire(Connector connector, Topology topology) {
    Session session = connector.maintenance(topology.veneer());
    boolean acquired = false;
    try {
      acquired =
          session
              .query(
                  "SELECT pg_catalog.pg_try_advisory_lock(?, ?) AS acquired",
                  row -> row.bool("acquired"),
                  CLASS,
                  key(topology))
              .get(0);
      if (!acquired) {
        throw held(connector, topology, session);
      }
      return new RunLock(session, key(topology));
    } finally {
      if (!acquired) {
        session.close();
      }
    }
  }

  private static int key(Topology topology) {
    CRC32 crc = new CRC32();
    crc.update(topology.name().getBytes(StandardCharsets.UTF_8));
    return (int) crc.getValue();
  }

  private static PppException held(Connector connector, Topology topology, Session session) {
    String holder =
        holder(session, key(topology))
            .map(h -> byLedger(connector, topology.veneer(), h.since()).orElse(h.text()))
            .orElse("another run, which ended just now");
    return new PppException(
        Diagnostic.error(
            Code.LOCK_HELD,
            "topology \"" + topology.name() + "\" is being changed by " + holder,
            "Wait until it is done and run the command again. Nothing was changed by this run."));
  }

  /**
   * The ledger knows the operator's name and host. A run that has not written to it yet, or never
   * does because it finds nothing to do, must not be taken for one that was killed before.
   */
  private static Optional<String> byLedger(
      Connector connector, ServerDefinition veneer, Instant since) {
    try (Session ledger = connector.superuser(veneer)) {
      return new org.partitionproxy.ledger.RunLog(ledger)
          .unfinished()
          .filter(run -> !run.startedAt().isBefore(since))
          .map(
              run ->
                  "`ppp "
                      + run.origin().command()
                      + "` of "
                      + run.origin().operator()
                      + " on "
                      + run.origin().host()
                      + " (process "
                      + run.origin().pid()
                      + "), since "
                      + run.startedAt());
    } catch (SqlFailure e) {
      return Optional.empty();
    }
  }

  /** The session that has the lock. */
  private record Holder(String text, Instant since) {}

  private static Optional<Holder> holder(Session session, int key) {
    return session.queryOne(
        """
        SELECT a.backend_start AS since, '"' || a.application_name || '" from '
          || coalesce(a.client_addr::text, 'the same machine')
          || ', since ' || a.backend_start AS holder
        FROM pg_catalog.pg_locks AS l
        JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
        WHERE l.locktype = 'advisory' AND l.granted AND l.classid = ? AND l.objid = ?::bigint
        ORDER BY a.pid
        LIMIT 1""",
        row -> new Holder(row.string("holder"), row.instant("since")),
        (long) CLASS,
        Integer.toUnsignedLong(key));
  }

  /**
   * To be called before each transaction: asks the server at most once a second.
   *
   * @throws PppException {@link Code#LOCK_LOST} if the lock's session has ended
   */
  public synchronized void requireHeld() {
    if (System.nanoTime() - checkedAt < CHECK_NANOS) {
      return;
    }
    if (!session.isAlive()) {
      throw new PppException(
          Diagnostic.error(
              Code.LOCK_LOST,
              "the session that held the topology's lock has ended",
              "What was committed stays; run the command again to go on."));
    }
    checkedAt = System.nanoTime();
  }

  /** At once: a server takes its time to notice that a session is gone. */
  @Override
  public void close() {
    try {
      session.query(
          "SELECT pg_catalog.pg_advisory_unlock(?, ?) AS released",
          row -> row.bool("released"),
          CLASS,
          key);
    } catch (SqlFailure e) {
      // Then the session is gone, or goes now, and the lock with it.
    } finally {
      session.close();
    }
  }
}
