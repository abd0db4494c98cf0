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
import org.partitionproxy.plan.Passwords;
import org.partitionproxy.plan.Plan;
import org.partitionproxy.plan.Stage;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;

/** The stages that follow from shards.yaml, one after the other over all servers. */
final class StageRunner {

  private final Run run;

  /** By server, as it was seen last; not there while something has changed what to look for. */
  private final Map<ServerName, ServerSnapshot> seen;

  StageRunner(Run run) {
    this.run = run;
    this.seen = new ConcurrentHashMap<>(run.survey().snapshots());
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
                  forget(stage, server, cluster);
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
      ServerSnapshot snapshot = look(server);
      List<Change> changes =
          run.parts().changes().of(snapshot, passwords(stage)).stream()
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
        seen.remove(server.name());
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

  /** The first stage does not wait for what {@link RolePasswords#prepare} computes meanwhile. */
  private Passwords passwords(Stage stage) {
    return stage == Stage.SERVERS ? Passwords.UNKNOWN : run.passwords();
  }

  /**
   * Stages don't make what others plan. But a new database, or ledger, may have been there before;
   * and databases of one server share their roles.
   */
  private void forget(Stage stage, ServerDefinition server, List<ServerDefinition> cluster) {
    if (stage == Stage.SERVERS) {
      seen.remove(server.name());
    }
    if (cluster.size() > 1) {
      cluster.forEach(one -> seen.remove(one.name()));
    }
  }

  private ServerSnapshot look(ServerDefinition server) {
    ServerSnapshot known = seen.get(server.name());
    ServerSnapshot snapshot = known == null ? run.parts().surveyor().snapshot(server) : known;
    seen.put(server.name(), snapshot);
    return snapshot;
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
