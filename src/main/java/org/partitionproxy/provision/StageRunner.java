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
import org.partitionproxy.migrate.MigrationResult;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.Passwords;
import org.partitionproxy.plan.Plan;
import org.partitionproxy.plan.Stage;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.Topology;

/** The stages of one run under its lock: each is planned again from a fresh look, then applied. */
final class StageRunner {

  /** Tenants whose tables are in memory at the same time. */
  private static final int MIRRORS_AT_ONCE = 400;

  private final Topology topology;
  private final Surveyor surveyor;
  private final Planner planner;
  private final MirrorPlanner mirrors;
  private final Passwords passwords;
  private final Workers workers;
  private final Sessions sessions;
  private final Recorders recorders;
  private final PlanApplier applier;

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
    failures.addAll(
        applier.applyTenants(
            inOrder(ofTenants), (session, changes) -> recorders.schemas(session, changes)));
  }

  /** Applies what belongs to no tenant; returns what belongs to tenants. */
  private Optional<List<Change>> global(Stage stage, ServerDefinition server) {
    try {
      ServerSnapshot snapshot = surveyor.snapshot(server);
      List<Change> changes =
          planner.changes(snapshot, passwords).stream().filter(c -> c.stage() == stage).toList();
      List<Failure> failed =
          applier.applyGlobal(
              server,
              changes,
              (session, done) -> recorders.global(session, done, snapshot.databaseIsOurs()));
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
   * Drops what was planned: the tenants' part of each server first, the veneer before the shards.
   */
  void tearDown(Plan plan) {
    for (Plan.ServerPlan planned : plan.servers()) {
      ServerDefinition server = topology.findServer(planned.server()).orElseThrow();
      Map<ServerDefinition, List<Change>> ofTenants = new LinkedHashMap<>();
      ofTenants.put(server, planned.changes());
      List<Failure> failed = applier.applyTenants(ofTenants, recorders::removed);
      failures.addAll(failed);
      if (failed.isEmpty()) {
        failures.addAll(applier.applyGlobal(server, planned.changes(), recorders::removed));
      }
    }
  }

  /** Mirrors of the tenants whose two ends are not in step. */
  void mirror(Collection<Tenant> tenants) {
    if (!isUsable(topology.veneer())) {
      return;
    }
    Survey survey = surveyor.survey();
    survey.unreachable().forEach(lost::putIfAbsent);
    if (survey.find(topology.veneer()).isEmpty()) {
      return;
    }
    Set<Tenant> wanted = new HashSet<>(tenants);
    List<Tenant> drifted =
        mirrors.drifted(survey).stream()
            .filter(t -> wanted.contains(t) && isUsable(topology.shardOf(t)))
            .toList();
    for (int from = 0; from < drifted.size(); from += MIRRORS_AT_ONCE) {
      int to = Math.min(from + MIRRORS_AT_ONCE, drifted.size());
      mirror(mirrors.plan(survey, drifted.subList(from, to)));
    }
  }

  private void mirror(MirrorPlanner.MirrorPlan plan) {
    Map<ServerDefinition, List<Change>> changes = new LinkedHashMap<>();
    changes.put(topology.veneer(), plan.changes());
    failures.addAll(
        applier.applyTenants(
            changes, (session, done) -> recorders.mirrors(session, schemasOf(done), plan)));
    recordUnchanged(plan);
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

  private static List<org.partitionproxy.sql.Identifier> schemasOf(List<Change> changes) {
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
        unreachable.add(reason);
      }
    }
    return new Outcome(plan, committed.get(), failures, migrations, unreachable);
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
