package org.partitionproxy.provision;

import org.partitionproxy.apply.ApplyListener;
import org.partitionproxy.apply.PlanApplier;
import org.partitionproxy.apply.RunLock;
import org.partitionproxy.migrate.MigrationListener;
import org.partitionproxy.plan.Passwords;
import org.partitionproxy.topology.Topology;

/**
 * One run that changes servers, under its lock.
 *
 * @param survey of all servers, at its beginning
 * @param passwords of roles that will be made
 * @param result so far
 */
record Run(
    Provisioner.Parts parts,
    RunLock lock,
    Survey survey,
    Passwords passwords,
    RunResult result,
    Recorders recorders,
    PlanApplier applier) {

  static Run of(
      Provisioner.Parts parts,
      RunLock lock,
      Survey survey,
      Passwords passwords,
      ApplyListener listener) {
    RunResult result = new RunResult(parts.topology(), survey.unreachable());
    PlanApplier applier =
        new PlanApplier(
            parts.sessions(),
            parts.topology().adminRole(),
            lock,
            parts.workers(),
            (server, changes) -> {
              result.commit(changes.size());
              listener.committed(server, changes);
            });
    return new Run(
        parts, lock, survey, passwords, result, new Recorders(parts.topology()), applier);
  }

  Topology topology() {
    return parts.topology();
  }

  /** Told as before, but only while the lock is held. */
  MigrationListener guarded(MigrationListener listener) {
    return new GuardedMigrations(lock, listener);
  }
}
