package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.partitionproxy.apply.Failure;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.migrate.MigrationResult;
import org.partitionproxy.plan.Plan;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Topology;

/** What a run has done so far, and which servers it has to leave out from now on; for threads. */
final class RunResult {

  private static final int TENANTS_SHOWN = 20;

  private final Topology topology;
  private final AtomicInteger committed = new AtomicInteger();
  private final List<Failure> failures = Collections.synchronizedList(new ArrayList<>());
  private final List<Diagnostic> problems = Collections.synchronizedList(new ArrayList<>());
  private final Map<ServerName, Diagnostic> lost = new ConcurrentHashMap<>();
  private final Map<ServerName, Map<Identifier, List<String>>> notes = new ConcurrentHashMap<>();
  private final List<String> notesOfEveryone = Collections.synchronizedList(new ArrayList<>());

  private volatile List<String> notesOfJobs = List.of();
  private final List<String> notesOfPartitions = Collections.synchronizedList(new ArrayList<>());
  private final List<String> notesOfReplicas = Collections.synchronizedList(new ArrayList<>());

  /** Servers on which a change failed that all later ones may need. */
  private final Set<ServerName> stopped = ConcurrentHashMap.newKeySet();

  RunResult(Topology topology, Map<ServerName, Diagnostic> unreachable) {
    this.topology = topology;
    this.lost.putAll(unreachable);
  }

  void commit(int changes) {
    committed.addAndGet(changes);
  }

  int committed() {
    return committed.get();
  }

  /** A server that went away is told of once, not for each change that it did not get. */
  void keep(List<Failure> some) {
    for (Failure failure : some) {
      if (failure.reason().isUnreachable()) {
        lost.putIfAbsent(failure.server(), failure.reason().diagnostics().get(0));
      } else {
        failures.add(failure);
      }
    }
  }

  /** Of mirrors that were compared, by schema. */
  void note(ServerDefinition veneer, Map<Identifier, List<String>> some) {
    notes.computeIfAbsent(veneer.name(), v -> new ConcurrentHashMap<>()).putAll(some);
  }

  /** Of schema everyone; the last word counts. */
  void noteOfEveryone(List<String> some) {
    notesOfEveryone.clear();
    notesOfEveryone.addAll(some);
  }

  /** Of what this run has compared. */
  PlanNotes.Compared notes() {
    return new PlanNotes.Compared(
        notes,
        List.copyOf(notesOfEveryone),
        List.copyOf(notesOfPartitions),
        notesOfJobs,
        List.copyOf(notesOfReplicas));
  }

  /** Who runs jobs, and what waits. */
  void noteOfJobs(List<String> some) {
    notesOfJobs = List.copyOf(some);
  }

  /** Of one replica. */
  void noteOfReplica(List<String> some) {
    notesOfReplicas.addAll(some);
  }

  /** Of policies as they were compared; what was said before is said again if it still holds. */
  void noteOfPartitions(List<String> some) {
    notesOfPartitions.clear();
    notesOfPartitions.addAll(some);
  }

  /** Of one table, when partitions are made. */
  void noteOfPartition(String one) {
    notesOfPartitions.add(one);
  }

  /** Something that was left as it was, for a reason that is no server's. */
  void problem(Diagnostic diagnostic) {
    problems.add(diagnostic);
  }

  void lose(Map<ServerName, Diagnostic> servers) {
    servers.forEach(lost::putIfAbsent);
  }

  /**
   * Returns whether the server was there until now.
   *
   * @throws SqlFailure the same, if it is about something else than a lost server
   */
  boolean lose(SqlFailure failure) {
    if (!failure.isUnreachable()) {
      throw failure;
    }
    return lost.putIfAbsent(failure.server(), failure.diagnostics().get(0)) == null;
  }

  void stop(ServerDefinition server) {
    stopped.add(server.name());
  }

  boolean hasStopped() {
    return !stopped.isEmpty();
  }

  /** Whether a server answered and all that was done on it went well. */
  boolean isUsable(ServerDefinition server) {
    return !lost.containsKey(server.name()) && !stopped.contains(server.name());
  }

  /** The servers that nothing more can be done on in this run. */
  Set<ServerName> unusable() {
    Set<ServerName> unusable = new TreeSet<>(lost.keySet());
    unusable.addAll(stopped);
    return unusable;
  }

  Outcome outcome(Plan plan, Optional<MigrationResult> migrations) {
    List<Diagnostic> unreachable = new ArrayList<>();
    for (ServerDefinition server : topology.servers()) {
      Diagnostic reason = lost.get(server.name());
      if (reason != null) {
        unreachable.add(withTenants(server, reason));
      }
    }
    return new Outcome(plan, committed.get(), failures, problems, migrations, unreachable);
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
}
