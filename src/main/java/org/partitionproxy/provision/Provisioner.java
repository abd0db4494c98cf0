package org.partitionproxy.provision;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.partitionproxy.apply.ApplyListener;
import org.partitionproxy.apply.RunLock;
import org.partitionproxy.db.Ahead;
import org.partitionproxy.db.Connector;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.ledger.Origin;
import org.partitionproxy.migrate.MigrationListener;
import org.partitionproxy.migrate.MigrationRequest;
import org.partitionproxy.migrate.MigrationResult;
import org.partitionproxy.migrate.Migrator;
import org.partitionproxy.migrate.OtherEnd;
import org.partitionproxy.plan.ObjectKind;
import org.partitionproxy.plan.Plan;
import org.partitionproxy.plan.Stage;
import org.partitionproxy.secret.SecretName;
import org.partitionproxy.secret.SecretVault;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.TenantSelection;
import org.partitionproxy.topology.Topology;

/**
 * Makes the servers match shards.yaml, or says what that would take. Every run can be killed at any
 * moment: the next one goes on from what was committed.
 */
public final class Provisioner implements AutoCloseable {

  private final Parts parts;
  private final SecretVault secrets;
  private final Connector connector;

  /**
   * @param route how the veneer reaches the shards
   * @param ownServers whether ppp runs the servers, so that nobody else relies on how they are
   * @param workerCount threads, at least 1; more than there are cores gains nothing
   */
  public Provisioner(
      Topology topology,
      SecretVault secrets,
      Connector connector,
      VeneerRoute route,
      boolean ownServers,
      int workerCount) {
    this.parts = Parts.of(topology, route, ownServers, connector, workerCount);
    this.secrets = secrets;
    this.connector = connector;
  }

  /** What {@link #initialize} would do now; changes nothing, makes no password. */
  public Plan plan() {
    return parts.planner().plan(checked(parts.surveyor().survey()));
  }

  /**
   * How servers and tenants fare.
   *
   * @param exact whether sizes are measured on disk, which opens every file
   * @param since from when on runs of jobs are counted
   */
  public TopologyStatus status(String runtime, boolean exact, Instant since) {
    return new StatusReader(parts).read(checked(parts.surveyor().survey()), runtime, exact, since);
  }

  private Survey checked(Survey survey) {
    List<Diagnostic> refusals =
        new Refusals(parts.topology(), secrets).of(survey, parts.desired().roles());
    return survey.withRefusals(refusals);
  }

  /**
   * Does what {@link #plan} shows, or only some stages of it.
   *
   * @throws PppException if no veneer can be reached, or another run holds the lock
   */
  public Outcome initialize(SortedSet<Stage> stages, Origin origin, RunListener listener) {
    return locked(
        origin,
        listener,
        stages,
        (wanted, run) -> {
          boolean mirrorOnly = wanted.count() == 0 && wanted.deferred().isEmpty();
          Optional<MigrationResult> migrated = Optional.empty();
          if (!mirrorOnly) {
            migrated = stages(stages, wanted, run, listener);
          }
          if (stages.contains(Stage.PARTITIONS)) {
            new PartitionStage(run, listener).run();
          }
          if (stages.contains(Stage.MIRROR)) {
            Survey seen = mirrorOnly ? run.survey() : run.look();
            new MirrorStage(run, listener).run(seen, parts.topology().tenants());
          }
          if (stages.contains(Stage.JOBS)) {
            new JobStage(run, listener).run();
          }
          if (stages.contains(Stage.REPLICAS)) {
            new ReplicaStage(run, listener).run();
          }
          return run.result()
              .outcome(
                  wanted.withNotes(parts.notes().of(run.survey(), run.result().notes())), migrated);
        });
  }

  /** All but the last three, whose changes depend on what these do. */
  private Optional<MigrationResult> stages(
      SortedSet<Stage> stages, Plan wanted, Run run, RunListener listener) {
    run.record().begin();
    Optional<MigrationResult> migrated = Optional.empty();
    StageRunner others = new StageRunner(run);
    for (Stage stage : stages.headSet(Stage.PARTITIONS)) {
      listener.stage(stage, wanted.only(new TreeSet<>(List.of(stage))).count());
      if (stage == Stage.MIGRATIONS) {
        migrated = migrate(MigrationRequest.all(), wanted, run, listener);
      } else {
        others.run(stage, wanted);
      }
      run.record().begin();
    }
    return migrated;
  }

  /**
   * Runs the tenants' migrations, and alters their mirrors accordingly.
   *
   * @throws PppException as {@link #initialize}, or if {@code initialize} was never run, or not
   *     since a veneer is new
   */
  public Outcome migrate(MigrationRequest request, Origin origin, RunListener listener) {
    return locked(
        origin,
        listener,
        new TreeSet<>(List.of(Stage.MIGRATIONS, Stage.MIRROR)),
        (plan, run) -> {
          VeneersAway.requireFilled(run.survey());
          requireMirrorOwner(run.survey());
          run.record().begin();
          listener.stage(
              Stage.MIGRATIONS, plan.only(new TreeSet<>(List.of(Stage.MIGRATIONS))).count());
          Optional<MigrationResult> migrated = migrate(request, plan, run, listener);
          if (migrated.isPresent()) {
            follow(request.selection().from(parts.topology()), run, listener);
          }
          return run.result().outcome(plan, migrated);
        });
  }

  /**
   * Brings the rest in step with a tenant's tables, which were changed on its shard.
   *
   * @throws PppException as {@link #migrate}
   */
  public Outcome follow(Tenant tenant, Origin origin, RunListener listener) {
    return locked(
        origin,
        listener,
        new TreeSet<>(List.of(Stage.MIRROR)),
        (plan, run) -> {
          VeneersAway.requireFilled(run.survey());
          run.record().begin();
          follow(List.of(tenant), run, listener);
          return run.result().outcome(plan, Optional.empty());
        });
  }

  private void follow(List<Tenant> tenants, Run run, RunListener listener) {
    if (!parts.topology().partitions().isEmpty()) {
      new PartitionStage(run, listener).follow(tenants);
    }
    new MirrorStage(run, listener).run(run.look(), tenants);
    new ReplicaStage(run, listener).follow(tenants.stream().map(Tenant::shard).toList());
  }

  /** A veneer that an older ppp made has it not. */
  private void requireMirrorOwner(Survey survey) {
    Identifier owner = parts.topology().mirrorRole();
    boolean missing =
        survey.veneers().stream()
            .filter(veneer -> veneer.stamp().isPresent())
            .anyMatch(veneer -> !veneer.state().roles().containsKey(owner));
    if (missing) {
      throw new PppException(
          Diagnostic.error(
              Code.NOT_INITIALIZED,
              "the veneer has no role \"" + owner + "\", which should own the foreign tables",
              "Run `ppp initialize`: it makes the role, and gives it what is there."));
    }
  }

  /**
   * What {@link #analyze} would read now; changes nothing.
   *
   * @param all whether tables count that have not changed
   * @throws PppException if a veneer has no ledger, or one of another version
   */
  public Analysis planAnalysis(TenantSelection selection, boolean all) {
    return new AnalysisReader(parts).read(selection.from(parts.topology()), all);
  }

  /**
   * Analyzes what {@link #planAnalysis} shows.
   *
   * @throws PppException as that, or as {@link #initialize}
   */
  public AnalysisResult analyze(
      TenantSelection selection, boolean all, Origin origin, ApplyListener listener) {
    List<Tenant> tenants = selection.from(parts.topology());
    try (RunLock lock = RunLock.acquire(connector, parts.topology())) {
      RunRecord record = new RunRecord(parts.sessions(), parts.topology(), origin);
      Analysis analysis = new AnalysisReader(parts).read(tenants, all);
      String end = "failed";
      int changes = 0;
      try {
        if (!analysis.tables().isEmpty()) {
          record.begin();
        }
        AnalysisResult result = new AnalysisRunner(parts, lock, analysis).run(analysis, listener);
        end = RunRecord.word(result.outcome().exitCode());
        changes = result.analyzed().size();
        return result;
      } finally {
        record.end(end, changes);
      }
    }
  }

  /** Replaces passwords. */
  public SecretRotation secretRotation() {
    return new SecretRotation(parts, secrets, connector);
  }

  /** What {@link #tearDown} would drop. */
  public Plan planTeardown(TeardownRequest request) {
    return new TeardownPlanner(parts).plan(parts.surveyor().survey(), request);
  }

  /**
   * Drops what {@link #planTeardown} shows.
   *
   * @throws PppException as {@link #initialize}
   */
  public Outcome tearDown(TeardownRequest request, Origin origin, RunListener listener) {
    try (RunLock lock = RunLock.acquire(connector, parts.topology())) {
      Survey survey = parts.surveyor().survey();
      Plan plan = new TeardownPlanner(parts).plan(survey, request);
      RunRecord record = new RunRecord(parts.sessions(), parts.topology(), origin);
      Run run = Run.of(parts, lock, survey, new RolePasswords(secrets), record, listener);
      String end = "failed";
      try {
        if (plan.refusals().isEmpty()) {
          record.begin();
          listener.dropping(plan.count());
          new TeardownRunner(run).run(plan);
          if (!request.all()) {
            new EveryoneRunner(run).run(run::look);
          }
        }
        Outcome outcome = run.result().outcome(plan, Optional.empty());
        end = RunRecord.word(outcome.exitCode());
        return outcome;
      } finally {
        record.end(end, run.result().committed());
      }
    }
  }

  /** Gets the plan without what concerns mirrors, which follows from what the rest does. */
  private interface Work {
    Outcome run(Plan plan, Run run);
  }

  /**
   * Takes the lock, finishes a rotation that was interrupted, looks at all servers, and does the
   * work unless something forbids it.
   *
   * @param stages that the work is about
   */
  private Outcome locked(Origin origin, RunListener listener, SortedSet<Stage> stages, Work work) {
    try (RunLock lock = RunLock.acquire(connector, parts.topology())) {
      RunRecord record = new RunRecord(parts.sessions(), parts.topology(), origin);
      int finished = secretRotation().finishIfPossible(lock, record, listener);
      Surveyor surveyor = parts.surveyor();
      Survey survey =
          checked(
              stages.contains(Stage.MIGRATIONS)
                  ? surveyor.survey()
                  : surveyor.surveyWithoutMigrations());
      Plan plan = parts.planner().withoutMirrors(survey, stages);
      RolePasswords passwords = new RolePasswords(secrets);
      Run run = Run.of(parts, lock, survey, passwords, record, listener);
      String end = "failed";
      try {
        if (plan.refusals().isEmpty()) {
          secrets.ensure(
              parts.desired().roles().stream().map(r -> SecretName.ofRole(r.value())).toList());
          SortedSet<String> fresh = plan.newNames(ObjectKind.ROLE);
          fresh.remove(parts.topology().mirrorRole().value());
          if (plan.only(new TreeSet<>(List.of(Stage.MIGRATIONS))).count() > 0) {
            Ahead.run("ppp-flyway", Migrator::prepare);
          }
          passwords.prepare(fresh);
        }
        Outcome outcome =
            plan.refusals().isEmpty()
                ? work.run(plan, run)
                : run.result().outcome(plan, Optional.empty());
        end = RunRecord.word(outcome.exitCode());
        return outcome;
      } finally {
        record.end(end, finished + run.result().committed());
      }
    }
  }

  /** Nothing where migrations wait for a veneer that is away. */
  private Optional<MigrationResult> migrate(
      MigrationRequest request, Plan plan, Run run, RunListener listener) {
    MigrationListener guarded = run.guarded(listener);
    if (request.otherEnd() == OtherEnd.AFTERWARDS) {
      return Optional.of(
          new Migrator(parts.topology(), connector)
              .migrate(request, run.result().unusable(), guarded));
    }
    Optional<Diagnostic> away = VeneersAway.of(run, plan);
    if (away.isPresent()) {
      run.result().problem(away.get());
      return Optional.empty();
    }
    MirrorFollower follower = new MirrorFollower(run, guarded);
    MigrationResult result =
        new Migrator(parts.topology(), connector, follower)
            .migrate(request, run.result().unusable(), guarded);
    follower.analyze();
    return Optional.of(result);
  }

  @Override
  public void close() {
    parts.workers().close();
    parts.sessions().close();
  }
}
