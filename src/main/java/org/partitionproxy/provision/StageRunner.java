package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.partitionproxy.apply.ApplyListener;
import org.partitionproxy.apply.Failure;
import org.partitionproxy.apply.PlanApplier;
import org.partitionproxy.apply.RunLock;
import org.partitionproxy.apply.Sessions;
import org.partitionproxy.apply.Workers;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.ledger.Ledger;
import org.partitionproxy.migrate.MigrationListener;
import org.partitionproxy.migrate.MigrationResult;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.ObjectKind;
import org.partitionproxy.plan.Passwords;
import org.partitionproxy.plan.Plan;
import org.partitionproxy.plan.Stage;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.Topology;

/** The stages of one run under its lock: each is planned again from a fresh look, then applied. */
final class StageRunner {

  private static final int TENANTS_SHOWN = 20;

  /** Tenants whose tables are in memory at the same time. */
  private static final int MIRRORS_AT_ONCE = 400;

  private final Topology topology;
  private final Survey survey;
  private final Surveyor surveyor;
  private final Planner planner;
  private final MirrorPlanner mirrors;
  private final Passwords passwords;
  private final Workers workers;
  private final Sessions sessions;
  private final Recorders recorders;
  private final PlanApplier applier;
  private final RunLock lock;

  private final AtomicInteger committed = new AtomicInteger();
  private final List<Failure> failures = Collections.synchronizedList(new ArrayList<>());
  private final Map<ServerName, Diagnostic> lost = new ConcurrentHashMap<>();

  /** Servers on which a change failed that all later ones may need. */
  private final Set<ServerName> stopped = ConcurrentHashMap.newKeySet();

  StageRunner(
      Provisioner.Parts parts,
      RunLock lock,
      Passwords passwords,
      ApplyListener listener,
      Survey survey) {
    this.topology = parts.topology();
    this.survey = survey;
    this.lock = lock;
    this.surveyor = parts.surveyor();
    this.planner = parts.planner();
    this.mirrors = parts.mirrors();
    this.workers = parts.workers();
    this.passwords = passwords;
    this.recorders = new Recorders(topology);
    this.lost.putAll(survey.unreachable());
    this.sessions = parts.sessions();
    this.applier =
        new PlanApplier(
            sessions,
            topology.adminRole(),
            lock,
            workers,
            (server, changes) -> {
              committed.addAndGet(changes.size());
              listener.committed(server, changes);
            });
  }

  /**
   * Every stage but migrations and mirror. One that the plan has nothing for is not looked at
   * again: no earlier one can change that.
   */
  void stage(Stage stage, Plan plan) {
    if (plan.only(new TreeSet<>(List.of(stage))).count() == 0) {
      return;
    }
    Map<ServerDefinition, List<Change>> ofTenants = new ConcurrentHashMap<>();
    workers.forEach(
        Clusters.of(topology),
        cluster -> {
          for (ServerDefinition server : cluster) {
            if (isUsable(server)) {
              global(stage, server).ifPresent(c -> ofTenants.put(server, c));
            }
          }
        });
    keep(
        applier.applyTenants(
            inOrder(ofTenants), (session, changes) -> recorders.schemas(session, changes)));
  }

  /** A server that went away is told of once, not for each change that it did not get. */
  private void keep(List<Failure> some) {
    for (Failure failure : some) {
      if (failure.reason().isUnreachable()) {
        lost.putIfAbsent(failure.server(), failure.reason().diagnostics().get(0));
      } else {
        failures.add(failure);
      }
    }
  }

  MigrationListener underLock(MigrationListener listener) {
    return new GuardedMigrations(lock, listener);
  }

  /** Applies what belongs to no tenant; returns what belongs to tenants. */
  private Optional<List<Change>> global(Stage stage, ServerDefinition server) {
    return global(stage, server, true);
  }

  private Optional<List<Change>> global(Stage stage, ServerDefinition server, boolean again) {
    try {
      ServerSnapshot snapshot = surveyor.snapshot(server);
      List<Change> changes =
          planner.changes(snapshot, passwords).stream().filter(c -> c.stage() == stage).toList();
      List<Failure> failed =
          applier.applyGlobal(
              server,
              changes,
              (session, done) -> recorders.global(session, done, snapshot.databaseIsOurs()));
      if (again && failed.stream().anyMatch(StageRunner::isMadeMeanwhile)) {
        return global(stage, server, false);
      }
      failures.addAll(failed);
      if (!failed.isEmpty()) {
        stopped.add(server.name());
        return Optional.empty();
      }
      return Optional.of(changes.stream().filter(c -> c.schema().isPresent()).toList());
    } catch (SqlFailure e) {
      if (!e.isUnreachable()) {
        throw e;
      }
      lost.put(server.name(), e.diagnostics().get(0));
      return Optional.empty();
    }
  }

  /**
   * CREATE DATABASE is no part of a transaction: a server may still be at it for a run that was
   * killed, and end it after this one has looked.
   */
  private static boolean isMadeMeanwhile(Failure failure) {
    String state = failure.reason().sqlState();
    return failure.change().kind() == ObjectKind.DATABASE
        && (state.equals("42P04") || state.equals("23505"));
  }

  /**
   * Drops what was planned: the tenants' part of each server, the veneer before the shards; then
   * what belongs to all, the shards before the veneer, whose ledger knows most. What fails stays
   * complete: a tenant whose mirror could not be dropped keeps its data.
   */
  void tearDown(Plan plan) {
    shareRoles(plan);
    Set<Identifier> failed = new HashSet<>();
    for (Plan.ServerPlan planned : plan.servers()) {
      dropTenants(server(planned), planned.changes(), failed);
    }
    List<Plan.ServerPlan> reversed = new ArrayList<>(plan.servers());
    Collections.reverse(reversed);
    for (Plan.ServerPlan planned : reversed) {
      ServerDefinition server = server(planned);
      boolean complete =
          topology.servers().stream()
              .filter(s -> Clusters.same(s, server))
              .allMatch(this::isUsable);
      if (complete && (!server.isVeneer() || stopped.isEmpty())) {
        dropRest(server, planned.changes());
      }
    }
  }

  private ServerDefinition server(Plan.ServerPlan planned) {
    return topology.findServer(planned.server()).orElseThrow();
  }

  /**
   * Roles belong to a whole PostgreSQL server and are in the ledger of the database that was first
   * on it. Before one of its databases goes, all of them know.
   */
  private void shareRoles(Plan plan) {
    String role = ObjectKind.ROLE.toString();
    List<ServerDefinition> planned =
        plan.servers().stream()
            .map(this::server)
            .filter(s -> sessions.with(s, x -> new Ledger(x).stamp().isPresent()))
            .toList();
    for (List<ServerDefinition> cluster : Clusters.of(topology)) {
      List<ServerDefinition> here = cluster.stream().filter(planned::contains).toList();
      if (here.size() > 1) {
        Set<String> made = new TreeSet<>();
        here.forEach(s -> made.addAll(sessions.with(s, x -> new Ledger(x).made(role))));
        for (ServerDefinition server : here) {
          sessions.with(
              server,
              session -> {
                new Ledger(session).recordMade(role, made);
                return true;
              });
        }
      }
    }
  }

  private void dropTenants(
      ServerDefinition server, List<Change> planned, Set<Identifier> failedBefore) {
    Map<ServerDefinition, List<Change>> changes = new LinkedHashMap<>();
    changes.put(
        server,
        planned.stream()
            .filter(c -> c.schema().isPresent() && !failedBefore.contains(c.schema().get()))
            .toList());
    boolean skipped =
        planned.stream().anyMatch(c -> c.schema().filter(failedBefore::contains).isPresent());
    List<Failure> failed = applier.applyTenants(changes, recorders::removed);
    keep(failed);
    failed.forEach(f -> f.change().schema().ifPresent(failedBefore::add));
    if (skipped || !failed.isEmpty()) {
      stopped.add(server.name());
    }
  }

  private void dropRest(ServerDefinition server, List<Change> planned) {
    try {
      List<Failure> failed = applier.applyGlobal(server, planned, recorders::removed);
      keep(failed);
      if (!failed.isEmpty()) {
        stopped.add(server.name());
      }
    } catch (SqlFailure e) {
      if (!e.isUnreachable()) {
        throw e;
      }
      lost.put(server.name(), e.diagnostics().get(0));
    }
  }

  /** Has the ledger remember mirrors that were found in step although a fingerprint differed. */
  void recordInStep() {
    if (!mirrors.drifted(survey).isEmpty()) {
      mirror(topology.tenants());
    }
  }

  /** Mirrors of the tenants whose two ends are not in step. */
  void mirror(Collection<Tenant> tenants) {
    if (!isUsable(topology.veneer())) {
      return;
    }
    Survey now = surveyor.survey();
    now.unreachable().forEach(lost::putIfAbsent);
    if (now.find(topology.veneer()).isEmpty()) {
      return;
    }
    Set<Tenant> wanted = new HashSet<>(tenants);
    List<Tenant> drifted = mirrors.drifted(now).stream().filter(wanted::contains).toList();
    for (int from = 0; from < drifted.size(); from += MIRRORS_AT_ONCE) {
      int to = Math.min(from + MIRRORS_AT_ONCE, drifted.size());
      mirror(planMirrors(now, drifted.subList(from, to)));
    }
  }

  private void mirror(MirrorPlanner.MirrorPlan plan) {
    Map<ServerDefinition, List<Change>> changes = new LinkedHashMap<>();
    changes.put(topology.veneer(), plan.changes());
    keep(
        applier.applyTenants(
            changes, (session, done) -> recorders.mirrors(session, schemasOf(done), plan)));
    recordUnchanged(plan);
  }

  /** Without the tenants of shards that go away while their tables are read. */
  private MirrorPlanner.MirrorPlan planMirrors(Survey survey, List<Tenant> tenants) {
    while (true) {
      try {
        return mirrors.plan(
            survey, tenants.stream().filter(t -> isUsable(topology.shardOf(t))).toList());
      } catch (SqlFailure e) {
        boolean gone =
            e.isUnreachable() && lost.putIfAbsent(e.server(), e.diagnostics().get(0)) == null;
        if (!gone || e.server().equals(topology.veneer().name())) {
          throw e;
        }
      }
    }
  }

  private void recordUnchanged(MirrorPlanner.MirrorPlan plan) {
    if (!plan.unchanged().isEmpty()) {
      sessions.with(
          topology.veneer(),
          session -> {
            session.inTransaction(() -> recorders.mirrors(session, plan.unchanged(), plan));
            return true;
          });
    }
  }

  private static List<Identifier> schemasOf(List<Change> changes) {
    return changes.stream().flatMap(c -> c.schema().stream()).distinct().toList();
  }

  /** Whether a server answered and all earlier stages on it went well. */
  boolean isUsable(ServerDefinition server) {
    return !lost.containsKey(server.name()) && !stopped.contains(server.name());
  }

  /** The shards that nothing more can be done on in this run. */
  Set<ServerName> unusable() {
    Set<ServerName> unusable = new TreeSet<>(lost.keySet());
    unusable.addAll(stopped);
    return unusable;
  }

  int committed() {
    return committed.get();
  }

  Outcome outcome(Plan plan, Optional<MigrationResult> migrations) {
    List<Diagnostic> unreachable = new ArrayList<>();
    for (ServerDefinition server : topology.servers()) {
      Diagnostic reason = lost.get(server.name());
      if (reason != null) {
        unreachable.add(withTenants(server, reason));
      }
    }
    return new Outcome(plan, committed.get(), failures, migrations, unreachable);
  }

  /** The reason, and whom it concerns. */
  private Diagnostic withTenants(ServerDefinition server, Diagnostic reason) {
    List<String> names =
        topology.tenantsOf(server.name()).stream().map(t -> "\"" + t.name() + "\"").toList();
    if (names.isEmpty()) {
      return reason;
    }
    int shown = Math.min(names.size(), TENANTS_SHOWN);
    return Diagnostic.error(
        reason.code(),
        reason.summary()
            + "; left out: "
            + (names.size() == 1 ? "tenant " : names.size() + " tenants ")
            + String.join(", ", names.subList(0, shown))
            + (names.size() > shown ? " and " + (names.size() - shown) + " more" : ""),
        reason.hint());
  }

  private Map<ServerDefinition, List<Change>> inOrder(
      Map<ServerDefinition, List<Change>> byServer) {
    Map<ServerDefinition, List<Change>> ordered = new LinkedHashMap<>();
    for (ServerDefinition server : topology.servers()) {
      List<Change> changes = byServer.get(server);
      if (changes != null) {
        ordered.put(server, changes);
      }
    }
    return ordered;
  }
}
