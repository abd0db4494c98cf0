package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.partitionproxy.apply.Failure;
import org.partitionproxy.apply.PlanApplier;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.ObjectKind;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.topology.ServerDefinition;

/**
 * Changes a veneer's mirrors that applications may be using: each in a transaction that has it for
 * itself, and keeps nobody waiting for long if it can't have it.
 */
final class MirrorMend {

  private final Run run;
  private final ServerDefinition veneer;
  private final MirrorLocks locks = new MirrorLocks();

  MirrorMend(Run run, ServerDefinition veneer) {
    this.run = run;
    this.veneer = veneer;
  }

  /**
   * Each schema's changes by themselves, and its statistics when its locks are gone. What is
   * refused is tried once more by the applier, which finds out which change it is.
   *
   * @param plan for the ledger
   */
  void apply(List<Change> changes, MirrorPlanner.MirrorPlan plan) {
    Map<Identifier, List<Change>> bySchema = new LinkedHashMap<>();
    for (Change change : changes) {
      bySchema.computeIfAbsent(change.schema().orElseThrow(), s -> new ArrayList<>()).add(change);
    }
    List<Change> refused = Collections.synchronizedList(new ArrayList<>());
    Set<Identifier> undone = Collections.synchronizedSet(new HashSet<>());
    run.parts()
        .workers()
        .forEach(
            bySchema.entrySet(),
            entry -> {
              List<Change> structure =
                  entry.getValue().stream().filter(c -> c.kind() != ObjectKind.STATISTICS).toList();
              switch (apply(entry.getKey(), structure, plan)) {
                case DONE -> {}
                case REFUSED -> refused.addAll(structure);
                case IN_USE, IN_THE_WAY -> undone.add(entry.getKey());
              }
            });
    applier(refused, (session, done) -> run.recorders().mirrors(session, schemas(done), plan))
        .forEach(failure -> failure.change().schema().ifPresent(undone::add));
    // ANALYZE asks the shard, which may be gone: that must not take the rest back.
    applier(
        changes.stream()
            .filter(c -> c.kind() == ObjectKind.STATISTICS)
            .filter(c -> !undone.contains(c.schema().orElseThrow()))
            .toList(),
        (session, done) -> {});
  }

  private static List<Identifier> schemas(List<Change> changes) {
    return changes.stream().flatMap(c -> c.schema().stream()).distinct().toList();
  }

  private List<Failure> applier(List<Change> changes, PlanApplier.Recorder recorder) {
    Map<ServerDefinition, List<Change>> ofVeneer = new LinkedHashMap<>();
    ofVeneer.put(veneer, List.copyOf(changes));
    List<Failure> failures = run.applier().applyTenants(ofVeneer, recorder);
    run.result().keep(failures);
    return failures;
  }

  private enum End {
    DONE,
    REFUSED,
    IN_USE,
    IN_THE_WAY
  }

  private End apply(Identifier schema, List<Change> changes, MirrorPlanner.MirrorPlan plan) {
    run.lock().requireHeld();
    try {
      End end =
          run.parts().sessions().with(veneer, session -> apply(session, schema, changes, plan));
      if (end == End.DONE) {
        run.listener().committed(veneer, changes);
      }
      return end;
    } catch (SqlFailure e) {
      // Whether the veneer is lost, the applier finds out.
      return End.REFUSED;
    }
  }

  private End apply(
      Session session, Identifier schema, List<Change> changes, MirrorPlanner.MirrorPlan plan) {
    Optional<MirrorLocks.Taken> taken = locks.take(List.of(session), schema, holder -> {});
    if (taken.isEmpty()) {
      run.result().problem(inUse(session, schema));
      return End.IN_USE;
    }
    try {
      DependentViews views =
          DependentViews.read(session, changes, run.parts().desired().ruledOnMirrors());
      views.makeWay(session);
      session.execute(PlanApplier.statements(changes, run.topology().mirrorRole()));
      views.putBack(session);
      views.refresh(session);
      run.recorders().mirrors(session, List.of(schema), plan);
      session.execute(Sql.of("COMMIT"));
      return End.DONE;
    } catch (ViewInTheWay e) {
      session.execute(Sql.of("ROLLBACK"));
      run.result().problem(inTheWay(schema, e.diagnostics().get(0)));
      return End.IN_THE_WAY;
    } catch (SqlFailure e) {
      if (e.isUnreachable()) {
        throw e;
      }
      session.execute(Sql.of("ROLLBACK"));
      return End.REFUSED;
    } finally {
      locks.giveBack(taken.get());
    }
  }

  private Diagnostic inTheWay(Identifier schema, Diagnostic reason) {
    String tenants =
        run.topology().tenants().stream()
            .filter(tenant -> tenant.schema().equals(schema))
            .map(tenant -> "tenant \"" + tenant.name() + "\": ")
            .collect(Collectors.joining());
    return Diagnostic.error(
        reason.code(),
        tenants + reason.summary(),
        reason.hint()
            + "\nThe tenant's foreign tables and views were left as they were. Change or drop what"
            + " is in the way, run the command again, and make it anew.");
  }

  private Diagnostic inUse(Session session, Identifier schema) {
    return Diagnostic.error(
        Code.MIRROR_IN_USE,
        "foreign tables of schema \""
            + schema
            + "\" on "
            + veneer.title()
            + " are in use: "
            + locks
                .holder(session, schema)
                .map(MirrorLocks.Holder::text)
                .orElse(MirrorLocks.NOBODY),
        "They were left as they are. End that transaction and run the command again.");
  }
}
