package org.partitionproxy.provision;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.partitionproxy.apply.Failure;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.ObjectKind;
import org.partitionproxy.plan.Plan;
import org.partitionproxy.plan.Stage;
import org.partitionproxy.topology.ServerDefinition;

/**
 * The stages that follow from shards.yaml: each is planned again from a fresh look, then applied.
 */
final class StageRunner {

  private final Run run;

  StageRunner(Run run) {
    this.run = run;
  }

  /**
   * Every stage but migrations and mirror. One that the plan has nothing for is not looked at
   * again: no earlier one can change that.
   */
  void run(Stage stage, Plan plan) {
    if (plan.only(new TreeSet<>(List.of(stage))).count() == 0) {
      return;
    }
    Map<ServerDefinition, List<Change>> ofTenants = new ConcurrentHashMap<>();
    run.parts()
        .workers()
        .forEach(
            Clusters.of(run.topology()),
            cluster -> {
              for (ServerDefinition server : cluster) {
                if (run.result().isUsable(server)) {
                  global(stage, server).ifPresent(c -> ofTenants.put(server, c));
                }
              }
            });
    run.result().keep(run.applier().applyTenants(inOrder(ofTenants), run.recorders()::schemas));
  }

  /** Applies what belongs to no tenant; returns what belongs to tenants. */
  private Optional<List<Change>> global(Stage stage, ServerDefinition server) {
    return global(stage, server, true);
  }

  private Optional<List<Change>> global(Stage stage, ServerDefinition server, boolean again) {
    try {
      ServerSnapshot snapshot = run.parts().surveyor().snapshot(server);
      List<Change> changes =
          run.parts().planner().changes(snapshot, run.passwords()).stream()
              .filter(c -> c.stage() == stage)
              .toList();
      List<Failure> failed =
          run.applier()
              .applyGlobal(
                  server,
                  changes,
                  (session, done) ->
                      run.recorders().global(session, done, snapshot.databaseIsOurs()));
      if (again && failed.stream().anyMatch(StageRunner::isMadeMeanwhile)) {
        return global(stage, server, false);
      }
      run.result().keep(failed);
      if (!failed.isEmpty()) {
        run.result().stop(server);
        return Optional.empty();
      }
      return Optional.of(changes.stream().filter(c -> c.schema().isPresent()).toList());
    } catch (SqlFailure e) {
      run.result().lose(e);
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

  private Map<ServerDefinition, List<Change>> inOrder(
      Map<ServerDefinition, List<Change>> byServer) {
    Map<ServerDefinition, List<Change>> ordered = new LinkedHashMap<>();
    for (ServerDefinition server : run.topology().servers()) {
      List<Change> changes = byServer.get(server);
      if (changes != null) {
        ordered.put(server, changes);
      }
    }
    return ordered;
  }
}
