package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.partitionproxy.db.Connector;
import org.partitionproxy.inspect.LogFunctions;
import org.partitionproxy.ledger.DdlGuard;
import org.partitionproxy.ledger.JobTables;
import org.partitionproxy.ledger.Ledger;
import org.partitionproxy.ledger.PartitionFramework;
import org.partitionproxy.ledger.PartitionFunctions;
import org.partitionproxy.ledger.Placement;
import org.partitionproxy.ledger.RollupFunctions;
import org.partitionproxy.ledger.Stamp;
import org.partitionproxy.migrate.MigrationFile;
import org.partitionproxy.migrate.MigrationFolder;
import org.partitionproxy.migrate.MigrationStatus;
import org.partitionproxy.plan.Action;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.Differ;
import org.partitionproxy.plan.ObjectKind;
import org.partitionproxy.plan.Passwords;
import org.partitionproxy.plan.Plan;
import org.partitionproxy.plan.PublicRightsChanges;
import org.partitionproxy.plan.Stage;
import org.partitionproxy.replica.ReplicationLag;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.sql.SqlResource;
import org.partitionproxy.topology.ReplicaDefinition;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.Topology;

/** From what was seen to what has to be done. */
final class Planner {

  private final Topology topology;
  private final MigrationFolder migrations;
  private final DesiredState desired;
  private final MirrorPlanner mirror;
  private final EveryonePlanner everyone;
  private final PartitionPlanner partitions;
  private final JobPlanner jobs;
  private final RollupNotes rollups;
  private final ReplicaPlanner replicas;
  private final boolean ownServers;

  /**
   * @param ownServers whether ppp runs the servers, so that nobody else relies on how they are
   */
  Planner(
      Topology topology,
      MigrationFolder migrations,
      DesiredState desired,
      MirrorPlanner mirror,
      EveryonePlanner everyone,
      PartitionPlanner partitions,
      JobPlanner jobs,
      RollupNotes rollups,
      ReplicaPlanner replicas,
      boolean ownServers) {
    this.ownServers = ownServers;
    this.topology = topology;
    this.migrations = migrations;
    this.desired = desired;
    this.mirror = mirror;
    this.everyone = everyone;
    this.partitions = partitions;
    this.jobs = jobs;
    this.rollups = rollups;
    this.replicas = replicas;
  }

  /**
   * What was seen and is left alone.
   *
   * @param mirrors by veneer and schema, of those that were compared now
   */
  record Notes(
      Map<ServerName, Map<Identifier, List<String>>> mirrors,
      List<String> everyone,
      List<String> partitions,
      List<String> jobs,
      List<String> replicas) {

    static final Notes NONE = new Notes(Map.of(), List.of(), List.of(), List.of(), List.of());
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
        new Notes(
            mirrors.notes(),
            union.notes(),
            rules.notes(),
            Stream.concat(
                    scheduled.notes().stream(),
                    rollups.of(rules.findings().keySet(), t -> !isMissing(survey, t)).stream())
                .toList(),
            copies.notes()));
  }

  /** Some stages; of the mirror's nothing, because for that the shards' tables must be read. */
  Plan withoutMirrors(Survey survey, SortedSet<Stage> stages) {
    SortedSet<Stage> others = stages.headSet(Stage.MIRROR);
    return plan(
            survey,
            server -> others.isEmpty() ? List.of() : withoutMirrors(survey, server),
            Notes.NONE)
        .only(stages);
  }

  private List<Change> withoutMirrors(Survey survey, ServerSnapshot snapshot) {
    List<Change> changes = new ArrayList<>(changes(snapshot, Passwords.UNKNOWN));
    changes.addAll(migrations(survey, snapshot.server()));
    return changes;
  }

  private Plan plan(Survey survey, Function<ServerSnapshot, List<Change>> changes, Notes compared) {
    List<Plan.ServerPlan> servers = new ArrayList<>();
    for (ServerSnapshot snapshot : survey.snapshots().values()) {
      servers.add(new Plan.ServerPlan(snapshot.server().name().value(), changes.apply(snapshot)));
    }
    return new Plan(
        servers,
        deferred(survey),
        notes(survey, compared),
        survey.refusals(),
        survey.unreachableServers());
  }

  /** Of the mirrors that were compared now, and as remembered of those that were not. */
  List<String> notes(Survey survey, Notes compared) {
    List<String> notes = new ArrayList<>(notesOfMirrors(survey, compared));
    notes.addAll(compared.everyone());
    notes.addAll(compared.partitions());
    notes.addAll(compared.jobs());
    notes.addAll(compared.replicas());
    notes.addAll(new Leftovers(topology, ownServers).notes(survey));
    return notes;
  }

  private List<String> notesOfMirrors(Survey survey, Notes compared) {
    List<String> notes = new ArrayList<>();
    List<ServerSnapshot> veneers = survey.veneers();
    for (Tenant tenant : topology.tenants()) {
      Map<String, List<String>> where = new LinkedHashMap<>();
      for (ServerSnapshot veneer : veneers) {
        notes(veneer, tenant, compared)
            .forEach(
                note ->
                    where
                        .computeIfAbsent(note, n -> new ArrayList<>())
                        .add(veneer.server().name().value()));
      }
      where.forEach(
          (note, names) ->
              notes.add(
                  names.size() == veneers.size()
                      ? note
                      : note + " (on " + String.join(", ", names) + ")"));
    }
    return notes;
  }

  private static List<String> notes(ServerSnapshot veneer, Tenant tenant, Notes compared) {
    Placement known = veneer.placements().get(tenant.schema());
    List<String> remembered = known == null ? List.of() : known.notes();
    return compared
        .mirrors()
        .getOrDefault(veneer.server().name(), Map.of())
        .getOrDefault(tenant.schema(), remembered);
  }

  /** Of the shards that ppp has been to, whichever others are away. */
  private PartitionPlanner.PartitionPlan partitions(Survey survey) {
    List<ServerDefinition> shards =
        topology.shards().stream()
            .filter(s -> survey.find(s).flatMap(ServerSnapshot::stamp).isPresent())
            .toList();
    boolean complete =
        shards.size() == topology.shards().size()
            && topology.tenants().stream().noneMatch(t -> isMissing(survey, t));
    return survey.refusals().isEmpty()
        ? partitions.plan(shards, complete)
        : PartitionPlanner.PartitionPlan.NONE;
  }

  /** Not before all tenants have their tables. */
  private EveryonePlanner.EveryonePlan everyone(Survey survey) {
    boolean early =
        topology.primaries().stream()
                .anyMatch(s -> survey.find(s).flatMap(ServerSnapshot::stamp).isEmpty())
            || topology.tenants().stream().anyMatch(t -> isMissing(survey, t));
    return early || !survey.refusals().isEmpty()
        ? EveryonePlanner.EveryonePlan.inStep(List.of())
        : everyone.plan(survey);
  }

  private static boolean isMissing(Survey survey, Tenant tenant) {
    return !survey.hasSchema(tenant.shard(), tenant.schema()) || survey.isBehind(tenant);
  }

  /** All but migrations and mirror, for one server. */
  List<Change> changes(ServerSnapshot snapshot, Passwords passwords) {
    List<Change> changes =
        new ArrayList<>(new Differ(passwords).diff(snapshot.state(), desired.of(snapshot)));
    int ledgerAt = 0;
    while (ledgerAt < changes.size() && changes.get(ledgerAt).stage() == Stage.SERVERS) {
      ledgerAt++;
    }
    List<Change> server = new ArrayList<>(ledger(snapshot));
    server.addAll(framework(snapshot));
    server.addAll(maintenance(snapshot));
    changes.addAll(ledgerAt, server);
    changes.addAll(publicRights(snapshot));
    changes.sort(Comparator.comparing(Change::stage));
    return changes;
  }

  /** Schema {@code ppp}: missing, or made by a ppp with other functions. */
  private List<Change> ledger(ServerSnapshot snapshot) {
    ServerName server = snapshot.server().name();
    List<SqlResource> functions = new ArrayList<>(List.of(LogFunctions.SQL));
    if (snapshot.server().isVeneer()) {
      functions.add(DdlGuard.SQL);
    } else {
      functions.addAll(PartitionFunctions.ALL);
      functions.add(JobTables.SQL);
      functions.add(RollupFunctions.SQL);
    }
    if (snapshot.server().isReplica()) {
      functions.add(ReplicationLag.SQL);
    }
    String digest = SqlResource.digest(functions);
    Stamp stamp = new Stamp(topology.name(), server.value(), Ledger.VERSION, digest);
    if (snapshot.stamp().equals(Optional.of(stamp))) {
      return List.of();
    }
    List<Sql> statements = new ArrayList<>(Ledger.statements(stamp));
    functions.forEach(resource -> statements.add(Sql.resource(resource)));
    return List.of(
        Change.global(
            Stage.SERVERS,
            snapshot.stamp().isPresent() ? Action.ALTER : Action.CREATE,
            ObjectKind.LEDGER,
            Ledger.SCHEMA.value(),
            statements));
  }

  /** Schema {@code partmanteau}, where it is asked for: missing, or of another ppp. */
  private static List<Change> framework(ServerSnapshot snapshot) {
    Optional<PartitionFramework> is = snapshot.framework();
    boolean wanted =
        snapshot.server().partmanteau() && !is.equals(Optional.of(PartitionFramework.CURRENT));
    return wanted
        ? List.of(
            Change.global(
                Stage.SERVERS,
                is.isPresent() ? Action.ALTER : Action.CREATE,
                ObjectKind.SCHEMA,
                PartitionFramework.SCHEMA.value(),
                PartitionFramework.CURRENT.statements()))
        : List.of();
  }

  /** Of a server or database that somebody else made, others may rely on it. */
  private List<Change> publicRights(ServerSnapshot snapshot) {
    return ownServers || snapshot.databaseIsOurs()
        ? PublicRightsChanges.of(
            snapshot.server().database(),
            snapshot.publicRights(),
            snapshot.server().isVeneer()
                ? List.of(topology.adminRole(), topology.appRole())
                : List.of(topology.adminRole()))
        : List.of();
  }

  /**
   * Keeps tenants out of the maintenance database: there they could take ppp's lock, and look at
   * everybody's sessions. Of a server that somebody else runs, others may rely on it.
   */
  private List<Change> maintenance(ServerSnapshot snapshot) {
    if (!ownServers || !snapshot.maintenanceIsOpen()) {
      return List.of();
    }
    return List.of(
        Change.global(
            Stage.SERVERS,
            Action.ALTER,
            ObjectKind.DATABASE,
            Connector.MAINTENANCE_DATABASE.value(),
            List.of(
                Sql.of(
                    "REVOKE CONNECT ON DATABASE {}, {} FROM PUBLIC",
                    Connector.MAINTENANCE_DATABASE,
                    Identifier.of("template1")))));
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

  /** The mirrors that wait for their tenants' tables. */
  private List<Plan.Deferred> deferred(Survey survey) {
    List<String> waiting =
        topology.tenants().stream()
            .filter(t -> survey.snapshots().containsKey(t.shard()))
            .filter(t -> isWaiting(survey, t))
            .map(t -> "\"" + t.name() + "\"")
            .toList();
    Stage until = topology.migrations().isPresent() ? Stage.MIGRATIONS : Stage.SCHEMAS;
    List<Plan.Deferred> deferred = new ArrayList<>();
    if (!topology.partitions().isEmpty()
        && topology.tenants().stream().anyMatch(t -> isMissing(survey, t))) {
      deferred.add(new Plan.Deferred(Stage.PARTITIONS, "partition policies", until));
    }
    if (!topology.jobs().isEmpty()
        && topology.shards().stream()
            .anyMatch(shard -> survey.find(shard).flatMap(ServerSnapshot::stamp).isEmpty())) {
      deferred.add(new Plan.Deferred(Stage.JOBS, "jobs", Stage.SERVERS));
    }
    if (topology.everyone() && topology.tenants().stream().anyMatch(t -> isMissing(survey, t))) {
      deferred.add(new Plan.Deferred(Stage.MIRROR, "tables of schema everyone", until));
    }
    topology.replicas().stream()
        .filter(r -> isWaiting(survey, r))
        .forEach(
            r ->
                deferred.add(
                    new Plan.Deferred(Stage.REPLICAS, "tables of " + r.server().title(), until)));
    if (waiting.isEmpty()) {
      return deferred;
    }
    String names = String.join(", ", waiting.subList(0, Math.min(5, waiting.size())));
    String more = waiting.size() > 5 ? " and " + (waiting.size() - 5) + " more" : "";
    deferred.add(0, new Plan.Deferred(Stage.MIRROR, "foreign tables of " + names + more, until));
    return deferred;
  }

  /** For its own server, or for tables on the shard. */
  private boolean isWaiting(Survey survey, ReplicaDefinition replica) {
    return survey.find(replica.server()).filter(s -> s.stamp().isEmpty()).isPresent()
        || topology.tenantsOf(replica.shard()).stream()
            .anyMatch(t -> survey.snapshots().containsKey(t.shard()) && isMissing(survey, t));
  }

  private boolean isWaiting(Survey survey, Tenant tenant) {
    boolean there = survey.hasSchema(tenant.shard(), tenant.schema());
    boolean migrates = topology.migrations().isPresent() && !migrations.files().isEmpty();
    return there ? survey.isBehind(tenant) : migrates;
  }

  /** The names of the roles that have to exist somewhere. */
  List<Identifier> roles() {
    return Arrays.asList(desired.roles().toArray(new Identifier[0]));
  }
}
