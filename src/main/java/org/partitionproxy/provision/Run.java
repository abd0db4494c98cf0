package org.partitionproxy.provision;

import java.util.List;
import java.util.function.Supplier;
import org.partitionproxy.apply.ApplyListener;
import org.partitionproxy.apply.PlanApplier;
import org.partitionproxy.apply.RunLock;
import org.partitionproxy.migrate.MigrationListener;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.Passwords;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Topology;

/**
 * One run that changes servers, under its lock.
 *
 * @param survey of all servers, at its beginning
 * @param passwords of roles that will be made
 * @param result so far
 * @param record to be begun before anything is changed
 * @param listener is told what was committed
 */
record Run(
    Parts parts,
    RunLock lock,
    Survey survey,
    Passwords passwords,
    RunResult result,
    RunRecord record,
    Recorders recorders,
    PlanApplier applier,
    ApplyListener listener) {

  static Run of(
      Parts parts,
      RunLock lock,
      Survey survey,
      Passwords passwords,
      RunRecord record,
      ApplyListener listener) {
    RunResult result = new RunResult(parts.topology(), survey.unreachable());
    ApplyListener counting =
        (server, changes) -> {
          result.commit(changes.size());
          listener.committed(server, changes);
        };
    PlanApplier applier =
        new PlanApplier(
            parts.sessions(), parts.topology()::ownerOn, lock, parts.workers(), counting);
    return new Run(
        parts,
        lock,
        survey,
        passwords,
        result,
        record,
        new Recorders(parts.topology()),
        applier,
        counting);
  }

  /** What mirrors depend on, as it is now. */
  Survey look() {
    Survey now = parts.surveyor().surveyMirrors();
    result.lose(now.unreachable());
    return now;
  }

  Topology topology() {
    return parts.topology();
  }

  /**
   * Makes extensions on a veneer, for whichever tenant asks first.
   *
   * @param changes what is missing when it is this one's turn
   */
  void bringExtensions(ServerDefinition veneer, Supplier<List<Change>> changes) {
    synchronized (applier) {
      result.keep(
          applier.applyGlobal(
              veneer, changes.get(), (session, done) -> recorders.global(session, done, false)));
    }
  }

  /** Told as before, but only while the lock is held. */
  MigrationListener guarded(MigrationListener listener) {
    return new GuardedMigrations(lock, listener);
  }
}
