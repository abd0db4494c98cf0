package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.partitionproxy.apply.Failure;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.ledger.Ledger;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.ObjectKind;
import org.partitionproxy.plan.Plan;
import org.partitionproxy.plan.Stage;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.ServerDefinition;

/** Drops what a teardown has planned. */
final class TeardownRunner {

  private final Run run;

  TeardownRunner(Run run) {
    this.run = run;
  }

  /**
   * Drops what was planned: the tenants' part of each server, the veneer before the shards; then
   * what belongs to all, the shards before the veneer, whose ledger knows most. What fails stays
   * complete: a tenant whose mirror could not be dropped keeps its data.
   */
  void run(Plan plan) {
    shareRoles(plan);
    endReplication(plan);
    Set<Identifier> failed = new HashSet<>();
    for (Plan.ServerPlan planned : plan.servers()) {
      dropTenants(server(planned), planned.changes(), failed);
    }
    List<Plan.ServerPlan> reversed = new ArrayList<>(plan.servers());
    Collections.reverse(reversed);
    for (Plan.ServerPlan planned : reversed) {
      ServerDefinition server = server(planned);
      boolean complete =
          run.topology().servers().stream()
              .filter(s -> Clusters.same(s, server))
              .allMatch(run.result()::isUsable);
      if (complete && (!server.isVeneer() || !run.result().hasStopped())) {
        dropRest(
            server, planned.changes().stream().filter(c -> c.stage() != Stage.REPLICAS).toList());
      }
    }
  }

  /** First, while both ends are whole: no table that is still followed goes, and no slot stays. */
  private void endReplication(Plan plan) {
    List<Plan.ServerPlan> reversed = new ArrayList<>(plan.servers());
    Collections.reverse(reversed);
    for (Plan.ServerPlan planned : reversed) {
      dropRest(
          server(planned),
          planned.changes().stream().filter(c -> c.stage() == Stage.REPLICAS).toList());
    }
  }

  private ServerDefinition server(Plan.ServerPlan planned) {
    return run.topology().findServer(planned.server()).orElseThrow();
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
            .filter(s -> ask(s, ledger -> ledger.stamp().isPresent()))
            .toList();
    for (List<ServerDefinition> cluster : Clusters.of(run.topology())) {
      List<ServerDefinition> here = cluster.stream().filter(planned::contains).toList();
      if (here.size() > 1) {
        Set<String> made = new TreeSet<>();
        here.forEach(s -> made.addAll(ask(s, ledger -> ledger.made(role))));
        for (ServerDefinition server : here) {
          ask(
              server,
              ledger -> {
                ledger.recordMade(role, made);
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
    List<Failure> failed = run.applier().applyTenants(changes, run.recorders()::removed);
    run.result().keep(failed);
    failed.forEach(f -> f.change().schema().ifPresent(failedBefore::add));
    if (skipped || !failed.isEmpty()) {
      run.result().stop(server);
    }
  }

  private void dropRest(ServerDefinition server, List<Change> planned) {
    try {
      List<Failure> failed = run.applier().applyGlobal(server, planned, run.recorders()::removed);
      run.result().keep(failed);
      if (!failed.isEmpty()) {
        run.result().stop(server);
      }
    } catch (SqlFailure e) {
      run.result().lose(e);
    }
  }

  private <T> T ask(ServerDefinition server, Function<Ledger, T> question) {
    return run.parts().sessions().with(server, session -> question.apply(new Ledger(session)));
  }
}
