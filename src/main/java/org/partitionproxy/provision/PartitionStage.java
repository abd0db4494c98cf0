package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.partition.MissingPartitions;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.Stage;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Tenant;

/** Tells the shards what shards.yaml says of partitions, and has the first ones made. */
final class PartitionStage {

  private final Run run;
  private final RunListener listener;

  PartitionStage(Run run, RunListener listener) {
    this.run = run;
    this.listener = listener;
  }

  /** Looks at the tables as they are now; they may just have been made. */
  void run() {
    run(
        (plan, shards) -> {
          Map<ServerDefinition, List<Change>> changes = new LinkedHashMap<>();
          shards.forEach(shard -> changes.put(shard, plan.rules(shard)));
          int count = shards.stream().mapToInt(shard -> plan.rules(shard).size()).sum();
          if (count > 0) {
            run.record().begin();
            listener.stage(Stage.PARTITIONS, count);
          }
          apply(changes);
          make(shards, plan::tables);
        });
  }

  /** Only of these tenants, whose tables were migrated, and where the functions are there. */
  void follow(Collection<Tenant> tenants) {
    Set<Identifier> schemas = tenants.stream().map(Tenant::schema).collect(Collectors.toSet());
    run(
        (plan, shards) -> {
          Map<ServerDefinition, List<Change>> changes = new LinkedHashMap<>();
          List<ServerDefinition> ready = shards.stream().filter(plan::isInstalled).toList();
          for (ServerDefinition shard : ready) {
            changes.put(
                shard,
                plan.rules(shard).stream()
                    .filter(change -> change.schema().filter(schemas::contains).isPresent())
                    .toList());
          }
          apply(changes);
          make(
              ready,
              shard ->
                  plan.tables(shard).stream()
                      .filter(table -> schemas.contains(table.schema()))
                      .collect(Collectors.toCollection(TreeSet::new)));
        });
  }

  private void run(BiConsumer<PartitionPlanner.PartitionPlan, List<ServerDefinition>> work) {
    List<ServerDefinition> shards =
        run.topology().shards().stream().filter(run.result()::isUsable).toList();
    try {
      PartitionPlanner.PartitionPlan plan =
          run.parts().partitions().plan(shards, run.result().unusable().isEmpty());
      run.result().noteOfPartitions(plan.notes());
      work.accept(plan, shards);
    } catch (SqlFailure e) {
      run.result().lose(e);
    }
  }

  private void apply(Map<ServerDefinition, List<Change>> changes) {
    if (changes.values().stream().anyMatch(some -> !some.isEmpty())) {
      run.record().begin();
      run.result().keep(run.applier().applyTenants(changes, (session, done) -> {}));
    }
  }

  private void make(
      List<ServerDefinition> shards,
      Function<ServerDefinition, SortedSet<QualifiedName>> tablesOf) {
    AtomicInteger made = new AtomicInteger();
    AtomicInteger tables = new AtomicInteger();
    run.parts()
        .workers()
        .forEach(
            shards,
            shard -> {
              SortedSet<QualifiedName> wanted = tablesOf.apply(shard);
              if (!wanted.isEmpty() && run.result().isUsable(shard)) {
                for (QualifiedName table : missing(shard, wanted)) {
                  int count = make(shard, table);
                  made.addAndGet(count);
                  tables.addAndGet(Math.min(1, count));
                }
              }
            });
    if (made.get() > 0) {
      listener.note(
          "made " + made + " partitions of " + tables + (tables.get() == 1 ? " table" : " tables"));
    }
  }

  private List<QualifiedName> missing(ServerDefinition shard, SortedSet<QualifiedName> wanted) {
    try {
      return run.parts()
          .sessions()
          .with(shard, session -> new MissingPartitions(session).incomplete(wanted));
    } catch (SqlFailure e) {
      report(shard, "partitions of its tables", e);
      return List.of();
    }
  }

  private int make(ServerDefinition shard, QualifiedName table) {
    try {
      run.lock().requireHeld();
      run.record().begin();
      AtomicInteger made = new AtomicInteger();
      List<MissingPartitions.Range> blocked =
          run.parts()
              .sessions()
              .with(
                  shard,
                  session ->
                      new MissingPartitions(session)
                          .make(
                              table,
                              one -> {
                                made.incrementAndGet();
                                run.result().commit(1);
                              }));
      blocked.forEach(range -> report(shard, table, range));
      return made.get();
    } catch (SqlFailure e) {
      report(shard, "partitions of " + table, e);
      return 0;
    }
  }

  private void report(ServerDefinition shard, QualifiedName table, MissingPartitions.Range range) {
    run.result()
        .noteOfPartition(
            "the default partition of "
                + table
                + " on "
                + shard.title()
                + " has "
                + range.rows().map(n -> n == 1 ? "1 row" : n + " rows").orElse("rows")
                + " from "
                + range.lower()
                + " to "
                + range.upper()
                + " (UTC), so that range has no partition of its own;"
                + " `ppp partitions maintain --drain-default` moves them");
  }

  private void report(ServerDefinition shard, String what, SqlFailure failure) {
    if (failure.isUnreachable()) {
      run.result().lose(failure);
      return;
    }
    List<Diagnostic> reasons = new ArrayList<>(failure.diagnostics());
    run.result()
        .problem(
            Diagnostic.error(
                Code.PARTITIONS_NOT_MADE,
                what + " on " + shard.title() + " are not made: " + reasons.get(0).summary(),
                reasons.get(0).hint()
                    + "\nMend the cause and run `ppp initialize` or `ppp partitions maintain`."));
  }
}
