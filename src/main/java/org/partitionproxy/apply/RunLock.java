package org.partitionproxy.apply;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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
 * Keeps two runs from changing one topology at the same time: an advisory lock in the maintenance
 * database of each veneer that answers, where no tenant can connect and take it. It ends with its
 * session, so a run that was killed holds nothing. Two runs need one veneer that both can reach to
 * know of each other, whatever order they list them in.
 *
 * @see <a
 *     href="https://www.postgresql.org/docs/18/explicit-locking.html#ADVISORY-LOCKS">PostgreSQL,
 *     13.3.5 Advisory Locks</a>
 */
public final class RunLock implements AutoCloseable {

  /** The first of the lock's two keys: "ppp" in ASCII. */
  private static final int CLASS = 0x707070;

  private static final long CHECK_NANOS = Duration.ofSeconds(1).toNanos();

  private final Topology topology;
  private final List<Session> sessions = new ArrayList<>();
  private long checkedAt = System.nanoTime();

  private RunLock(Topology topology) {
    this.topology = topology;
  }

  /**
   * @throws PppException {@link Code#LOCK_HELD} with the holder, if another run has it; or if no
   *     veneer can be reached
   */
  public static RunLock acquire(Connector connector, Topology topology) {
    RunLock lock = new RunLock(topology);
    List<ServerDefinition> veneers = new ArrayList<>(topology.veneers());
    // Of two runs that begin together, one is first on all.
    veneers.sort(Comparator.comparing(ServerDefinition::name));
    List<SqlFailure> away = new ArrayList<>();
    boolean acquired = false;
    try {
      for (ServerDefinition veneer : veneers) {
        lock.take(connector, veneer).ifPresent(away::add);
      }
      acquired = !lock.sessions.isEmpty();
      if (!acquired) {
        throw away.get(0);
      }
      return lock;
    } finally {
      if (!acquired) {
        lock.close();
      }
    }
  }

  /** Returns why the veneer can't be reached, if so. */
  private Optional<SqlFailure> take(Connector connector, ServerDefinition veneer) {
    Session session;
    try {
      session = connector.maintenance(veneer);
    } catch (SqlFailure e) {
      if (!e.isUnreachable()) {
        throw e;
      }
      return Optional.of(e);
    }
    sessions.add(session);
    boolean acquired =
        session
            .query(
                "SELECT pg_catalog.pg_try_advisory_lock(?, ?) AS acquired",
                row -> row.bool("acquired"),
                CLASS,
                key(veneer))
            .get(0);
    if (!acquired) {
      throw held(connector, veneer, session);
    }
    return Optional.empty();
  }

  /** Several veneers may be databases of one PostgreSQL server, which has one such database. */
  private int key(ServerDefinition veneer) {
    CRC32 crc = new CRC32();
    crc.update((topology.name() + "/" + veneer.database()).getBytes(StandardCharsets.UTF_8));
    return (int) crc.getValue();
  }

  private PppException held(Connector connector, ServerDefinition veneer, Session session) {
    String holder =
        holder(session, key(veneer))
            .map(h -> byLedger(connector, veneer, h.since()).orElse(h.text()))
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
   * @throws PppException {@link Code#LOCK_LOST} if the lock's sessions have ended, on all veneers
   */
  public synchronized void requireHeld() {
    if (System.nanoTime() - checkedAt < CHECK_NANOS) {
      return;
    }
    sessions.removeIf(session -> !session.isAlive());
    if (sessions.isEmpty()) {
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
    sessions.forEach(this::release);
  }

  private void release(Session session) {
    try {
      session.query(
          "SELECT pg_catalog.pg_advisory_unlock(?, ?) AS released",
          row -> row.bool("released"),
          CLASS,
          key(session.server()));
    } catch (SqlFailure e) {
      // Then the session is gone, or goes now, and the lock with it.
    } finally {
      session.close();
    }
  }
}
