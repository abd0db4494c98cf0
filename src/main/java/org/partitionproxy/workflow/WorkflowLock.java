package org.partitionproxy.workflow;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.partitionproxy.db.Session;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;

/**
 * Keeps two processes from working on one workflow: an advisory lock in the database of its
 * journal, which ends with its session. What a killed process had running may go on for some
 * seconds after that; so each further session of a workflow holds a second lock, shared, and who
 * comes next waits for all of them.
 */
final class WorkflowLock {

  /** The first of the lock's two keys: "pppw" in ASCII. */
  static final int CLASS = 0x70707077;

  /** That of further sessions: "pppx". */
  private static final int HANDS = 0x70707078;

  /** A server takes some seconds to notice that a process was killed in a statement. */
  private static final Duration PATIENCE = Duration.ofSeconds(7);

  private static final Duration BETWEEN_TRIES = Duration.ofMillis(100);

  private WorkflowLock() {}

  /**
   * Takes the lock until the session ends.
   *
   * @throws PppException {@link Code#WORKFLOW_HELD} if another process has it
   */
  static void take(Session session, WorkflowId id) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    boolean taken = isTaken(session, id);
    while (!taken && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
      taken = isTaken(session, id);
    }
    if (!taken) {
      throw new PppException(
          Diagnostic.error(
              Code.WORKFLOW_HELD,
              "another process is at workflow \"" + id + "\"",
              "`ppp workflows show " + id + "` tells who began it. Wait for it, or end it."));
    }
    session.query(
        "SELECT pg_catalog.pg_advisory_lock(?, ?) IS NULL AS done",
        row -> row.bool("done"),
        HANDS,
        (int) id.number());
    session.query(
        "SELECT pg_catalog.pg_advisory_unlock(?, ?) AS done",
        row -> row.bool("done"),
        HANDS,
        (int) id.number());
  }

  private static boolean isTaken(Session session, WorkflowId id) {
    return session
        .query(
            "SELECT pg_catalog.pg_try_advisory_lock(?, ?) AS taken",
            row -> row.bool("taken"),
            CLASS,
            (int) id.number())
        .get(0);
  }

  /** Another session that works on it. */
  static void join(Session session, WorkflowId id) {
    session.query(
        "SELECT pg_catalog.pg_advisory_lock_shared(?, ?) IS NULL AS done",
        row -> row.bool("done"),
        HANDS,
        (int) id.number());
  }
}
