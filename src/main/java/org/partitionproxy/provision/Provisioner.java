package org.partitionproxy.provision;

import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.partitionproxy.apply.RunLock;
import org.partitionproxy.apply.Sessions;
import org.partitionproxy.apply.Workers;
import org.partitionproxy.db.Connector;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.ledger.Origin;
import org.partitionproxy.migrate.MigrationFolder;
import org.partitionproxy.migrate.MigrationRequest;
import org.partitionproxy.migrate.MigrationResult;
import org.partitionproxy.migrate.Migrator;
import org.partitionproxy.plan.ObjectKind;
import org.partitionproxy.plan.Plan;
import org.partitionproxy.plan.Stage;
import org.partitionproxy.secret.SecretName;
import org.partitionproxy.secret.SecretVault;
import org.partitionproxy.topology.Topology;

/**
 * Makes the servers match shards.yaml, or says what that would take. Every run can be killed at any
 * moment: the next one goes on from what was committed.
 */
public final class Provisioner implements AutoCloseable {

  private final Parts parts;
  private final SecretVault secrets;
  private final Connector connector;

  /** What the steps of a run share. */
  record Parts(
      Topology topology,
      MigrationFolder migrations,
      DesiredState desired,
      Sessions sessions,
      Workers workers,
      Surveyor surveyor,
      MirrorPlanner mirrors,
      Planner planner) {

    static Parts of(Topology topology, VeneerRoute route, Connector connector, int workerCount) {
      MigrationFolder migrations = MigrationFolder.of(topology);
      DesiredState desired = new DesiredState(topology, route);
      Sessions sessions = new Sessions(connector);
      Workers workers = new Workers(workerCount);
      MirrorPlanner mirrors = new MirrorPlanner(topology, desired, sessions, workers);
      return new Parts(
          topology,
          migrations,
          desired,
          sessions,
          workers,
          new Surveyor(topology, migrations, desired, sessions, workers),
          mirrors,
          new Planner(topology, migrations, desired, mirrors));
    }
  }

  /**
   * @param route how the veneer reaches the shards
   * @param workerCount threads, at least 1; more than there are cores gains nothing
   */
  public Provisioner(
      Topology topology,
      SecretVault secrets,
      Connector connector,
      VeneerRoute route,
      int workerCount) {
    this.parts = Parts.of(topology, route, connector, workerCount);
    this.secrets = secrets;
    this.connector = connector;
  }

  /** What {@link #initialize} would do now; changes nothing, makes no password. */
  public Plan plan() {
    return parts.planner().plan(survey());
  }

  /**
   * How servers and tenants fare.
   *
   * @param exact whether sizes are measured on disk, which opens every file
   */
  public TopologyStatus status(String runtime, boolean exact) {
    return new StatusReader(parts).read(survey(), runtime, exact);
  }

  private Survey survey() {
    Survey survey = parts.surveyor().survey();
    List<Diagnostic> refusals =
        new Refusals(parts.topology(), secrets).of(survey, parts.desired().roles());
    return survey.withRefusals(refusals);
  }

  /**
   * Does what {@link #plan} shows, or only some stages of it.
   *
   * @throws PppException if the veneer can't be reached, or another run holds the lock
   */
  public Outcome initialize(SortedSet<Stage> stages, Origin origin, RunListener listener) {
    return locked(
        origin,
        listener,
        (plan, runner, record) -> {
          Plan wanted = plan.only(stages);
          if (wanted.count() == 0 && wanted.deferred().isEmpty()) {
            return runner.outcome(wanted, Optional.empty());
          }
          record.begin();
          Optional<MigrationResult> migrated = Optional.empty();
          for (Stage stage : stages) {
            listener.stage(stage, wanted.only(new TreeSet<>(List.of(stage))).count());
            switch (stage) {
              case MIGRATIONS -> migrated = migrate(MigrationRequest.all(), runner, listener);
              case MIRROR -> runner.mirror(parts.topology().tenants());
              default -> runner.stage(stage, wanted);
            }
            record.begin();
          }
          return runner.outcome(wanted, migrated);
        });
  }

  /**
   * Runs the tenants' migrations, and alters their mirrors accordingly.
   *
   * @throws PppException as {@link #initialize}, or if {@code initialize} was never run
   */
  public Outcome migrate(MigrationRequest request, Origin origin, RunListener listener) {
    return locked(
        origin,
        listener,
        (plan, runner, record) -> {
          record.begin();
          listener.stage(
              Stage.MIGRATIONS, plan.only(new TreeSet<>(List.of(Stage.MIGRATIONS))).count());
          Optional<MigrationResult> migrated = migrate(request, runner, listener);
          listener.stage(Stage.MIRROR, 0);
          runner.mirror(request.selection().from(parts.topology()));
          Plan wanted = plan.only(new TreeSet<>(List.of(Stage.MIGRATIONS, Stage.MIRROR)));
          return runner.outcome(wanted, migrated);
        });
  }

  /** What {@link #tearDown} would drop. */
  public Plan planTeardown(TeardownRequest request) {
    return new TeardownPlanner(parts.topology(), parts.sessions())
        .plan(parts.surveyor().survey(), request);
  }

  /**
   * Drops what {@link #planTeardown} shows.
   *
   * @throws PppException as {@link #initialize}
   */
  public Outcome tearDown(TeardownRequest request, Origin origin, RunListener listener) {
    try (RunLock lock = RunLock.acquire(connector, parts.topology())) {
      Survey survey = parts.surveyor().survey();
      Plan plan = new TeardownPlanner(parts.topology(), parts.sessions()).plan(survey, request);
      StageRunner runner =
          new StageRunner(parts, lock, new RolePasswords(secrets), listener, survey);
      if (plan.refusals().isEmpty()) {
        RunRecord record = new RunRecord(parts.sessions(), parts.topology().veneer(), origin);
        record.begin();
        runner.tearDown(plan);
        record.end("torn down", runner.committed());
      }
      return runner.outcome(plan, Optional.empty());
    }
  }

  private interface Work {
    Outcome run(Plan plan, StageRunner runner, RunRecord record);
  }

  /** Takes the lock, looks at all servers, and does the work unless something forbids it. */
  private Outcome locked(Origin origin, RunListener listener, Work work) {
    try (RunLock lock = RunLock.acquire(connector, parts.topology())) {
      Survey survey = survey();
      Plan plan = parts.planner().plan(survey);
      RolePasswords passwords = new RolePasswords(secrets);
      StageRunner runner = new StageRunner(parts, lock, passwords, listener, survey);
      if (!plan.refusals().isEmpty()) {
        return runner.outcome(plan, Optional.empty());
      }
      secrets.ensure(
          parts.desired().roles().stream().map(r -> SecretName.ofRole(r.value())).toList());
      parts.workers().forEach(plan.newNames(ObjectKind.ROLE), passwords::prepare);
      RunRecord record = new RunRecord(parts.sessions(), parts.topology().veneer(), origin);
      String end = "failed";
      try {
        Outcome outcome = work.run(plan, runner, record);
        end = outcome.exitCode().toString();
        return outcome;
      } finally {
        record.end(end, runner.committed());
      }
    }
  }

  private Optional<MigrationResult> migrate(
      MigrationRequest request, StageRunner runner, RunListener listener) {
    return Optional.of(
        new Migrator(parts.topology(), connector).migrate(request, runner.unusable(), listener));
  }

  @Override
  public void close() {
    parts.workers().close();
    parts.sessions().close();
  }
}
