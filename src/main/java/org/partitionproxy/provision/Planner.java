package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.partitionproxy.migrate.MigrationFile;
import org.partitionproxy.migrate.MigrationFolder;
import org.partitionproxy.migrate.MigrationStatus;
import org.partitionproxy.plan.Action;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.ObjectKind;
import org.partitionproxy.plan.Passwords;
import org.partitionproxy.plan.Plan;
import org.partitionproxy.plan.Stage;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.Topology;

/** From what was seen to what has to be done. */
final class Planner {

  private final Topology topology;
  private final MigrationFolder migrations;
  private final ServerChanges changes;
  private final PlanNotes notes;
  private final Waiting waiting;
  private final MirrorPlanner mirror;
  private final EveryonePlanner everyone;
  private final PartitionPlanner partitions;
  private final JobPlanner jobs;
  private final RollupNotes rollups;
  private final ReplicaPlanner replicas;

  Planner(
      Topology topology,
      MigrationFolder migrations,
      ServerChanges changes,
      PlanNotes notes,
      MirrorPlanner mirror,
      EveryonePlanner everyone,
      PartitionPlanner partitions,
      JobPlanner jobs,
      RollupNotes rollups,
      ReplicaPlanner replicas) {
    this.topology = topology;
    this.migrations = migrations;
    this.changes = changes;
    this.notes = notes;
    this.waiting = new Waiting(topology, migrations);
    this.mirror = mirror;
    this.everyone = everyone;
    this.partitions = partitions;
    this.jobs = jobs;
    this.rollups = rollups;
    this.replicas = replicas;
  }

  Plan plan(Survey survey) {
    List<Tenant> known = mirror.drifted(survey).stream().filter(t -> !survey.isBehind(t)).toList();
    MirrorPlanner.MirrorPlan mirrors =
        survey.refusals().isEmpty() ? mirror.plan(survey, known) : MirrorPlanner.MirrorPlan.NONE;
    EveryonePlanner.EveryonePlan union = everyone(survey);
    PartitionPlanner.PartitionPlan rules = partitions(survey);
    JobPlanner.JobPlan scheduled = jobs.plan(rules.findings().keySet(), rules.findings());
    ReplicaPlanner.ReplicaPlan copies =
        survey.refusals().isEmpty() ? replicas.plan(survey) : ReplicaPlanner.ReplicaPlan.NONE;
    return plan(
        survey,
        snapshot -> {
          List<Change> changes = new ArrayList<>(withoutMirrors(survey, snapshot));
          changes.addAll(rules.rules(snapshot.server()));
          changes.addAll(mirrors.on(snapshot.server()));
          changes.addAll(union.of(snapshot.server()));
          changes.addAll(scheduled.on(snapshot.server()));
          changes.addAll(copies.on(snapshot.server()));
          return changes;
        },
        new PlanNotes.Compared(
            mirrors.notes(),
            union.notes(),
            rules.notes(),
            Stream.concat(
                    scheduled.notes().stream(),
                    rollups
                        .of(rules.findings().keySet(), t -> !Waiting.isMissing(survey, t))
                        .stream())
                .toList(),
            copies.notes()));
  }

  /** Some stages; of the mirror's nothing, because for that the shards' tables must be read. */
  Plan withoutMirrors(Survey survey, SortedSet<Stage> stages) {
    SortedSet<Stage> others = stages.headSet(Stage.MIRROR);
    return plan(
            survey,
            server -> others.isEmpty() ? List.of() : withoutMirrors(survey, server),
            PlanNotes.Compared.NONE)
        .only(stages);
  }

  private List<Change> withoutMirrors(Survey survey, ServerSnapshot snapshot) {
    List<Change> changes = new ArrayList<>(this.changes.of(snapshot, Passwords.UNKNOWN));
    changes.addAll(migrations(survey, snapshot.server()));
    return changes;
  }

  private Plan plan(
      Survey survey, Function<ServerSnapshot, List<Change>> changes, PlanNotes.Compared compared) {
    List<Plan.ServerPlan> servers = new ArrayList<>();
    for (ServerSnapshot snapshot : survey.snapshots().values()) {
      servers.add(new Plan.ServerPlan(snapshot.server().name().value(), changes.apply(snapshot)));
    }
    return new Plan(
        servers,
        waiting.of(survey),
        notes.of(survey, compared),
        survey.refusals(),
        survey.unreachableServers());
  }

  /** Of the shards that ppp has been to, whichever others are away. */
  private PartitionPlanner.PartitionPlan partitions(Survey survey) {
    List<ServerDefinition> shards =
        topology.shards().stream().filter(s -> survey.isStamped(s.name())).toList();
    boolean complete =
        shards.size() == topology.shards().size()
            && topology.tenants().stream().noneMatch(t -> Waiting.isMissing(survey, t));
    return survey.refusals().isEmpty()
        ? partitions.plan(shards, complete)
        : PartitionPlanner.PartitionPlan.NONE;
  }

  /** Not before all tenants have their tables. */
  private EveryonePlanner.EveryonePlan everyone(Survey survey) {
    boolean early =
        topology.primaries().stream().anyMatch(s -> !survey.isStamped(s.name()))
            || topology.tenants().stream().anyMatch(t -> Waiting.isMissing(survey, t));
    return early || !survey.refusals().isEmpty()
        ? EveryonePlanner.EveryonePlan.inStep(List.of())
        : everyone.plan(survey);
  }

  private List<Change> migrations(Survey survey, ServerDefinition server) {
    if (server.isVeneer() || topology.migrations().isEmpty()) {
      return List.of();
    }
    List<Change> changes = new ArrayList<>();
    for (Tenant tenant : topology.tenantsOf(server.name())) {
      List<MigrationFile> pending =
          Optional.ofNullable(survey.migrations().get(tenant))
              .map(MigrationStatus::pending)
              .orElse(migrations.files());
      if (!pending.isEmpty()) {
        String files =
            pending.stream().map(MigrationFile::script).collect(Collectors.joining(", "));
        changes.add(
            new Change(
                Stage.MIGRATIONS,
                Action.ALTER,
                ObjectKind.MIGRATION,
                tenant.name() + ": " + files,
                Optional.of(tenant.schema()),
                List.of(),
                Change.Transaction.OWNER,
                Set.of()));
      }
    }
    return changes;
  }
}
