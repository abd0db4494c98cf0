package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.partitionproxy.apply.ApplyListener;
import org.partitionproxy.apply.Failure;
import org.partitionproxy.apply.PlanApplier;
import org.partitionproxy.apply.RunLock;
import org.partitionproxy.db.Session;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.ledger.StatisticsLedger;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.Plan;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;

/** Analyzes tables, a tenant's on one veneer in one transaction, and has the ledger remember it. */
final class AnalysisRunner {

  private final Parts parts;
  private final RunLock lock;
  private final Map<Key, List<Analysis.StaleTable>> wanted;
  private final Map<Key, Boolean> done = new ConcurrentHashMap<>();

  private record Key(ServerName veneer, Identifier schema) {}

  AnalysisRunner(Parts parts, RunLock lock, Analysis analysis) {
    this.parts = parts;
    this.lock = lock;
    this.wanted =
        analysis.tables().stream()
            .collect(
                Collectors.groupingBy(
                    t -> new Key(t.veneer(), t.table().schema()),
                    LinkedHashMap::new,
                    Collectors.toList()));
  }

  AnalysisResult run(Analysis analysis, ApplyListener listener) {
    ApplyListener keeping =
        (server, changes) -> {
          changes.forEach(change -> done.put(key(server, change), true));
          listener.committed(server, changes);
        };
    Map<ServerDefinition, List<Change>> changes = new LinkedHashMap<>();
    parts.topology().veneers().forEach(veneer -> changes.put(veneer, changes(veneer)));
    List<Failure> failures =
        new PlanApplier(parts.sessions(), parts.topology()::ownerOn, lock, parts.workers(), keeping)
            .applyTenants(changes, this::record);
    List<Analysis.StaleTable> analyzed = new ArrayList<>();
    wanted.forEach(
        (key, tables) -> {
          if (done.containsKey(key)) {
            analyzed.addAll(tables);
          }
        });
    RunResult result = new RunResult(parts.topology(), new TreeMap<>());
    result.keep(failures);
    Outcome lost = result.outcome(plan(analysis), Optional.empty());
    List<Diagnostic> unreachable = new ArrayList<>(analysis.unreachable());
    unreachable.addAll(lost.unreachable());
    return new AnalysisResult(
        analyzed,
        analysis.notes(),
        new Outcome(
            lost.plan(),
            analyzed.size(),
            lost.failures(),
            List.of(),
            Optional.empty(),
            unreachable));
  }

  private static Plan plan(Analysis analysis) {
    return new Plan(List.of(), List.of(), analysis.notes(), List.of(), analysis.unreachable());
  }

  private List<Change> changes(ServerDefinition veneer) {
    List<Change> changes = new ArrayList<>();
    wanted.forEach(
        (key, tables) -> {
          if (key.veneer().equals(veneer.name())) {
            changes.add(MirrorStatistics.analyze(key.schema(), names(tables)));
          }
        });
    return changes;
  }

  private static List<QualifiedName> names(List<Analysis.StaleTable> tables) {
    return tables.stream().map(Analysis.StaleTable::table).toList();
  }

  private static Key key(ServerDefinition veneer, Change change) {
    return new Key(veneer.name(), change.schema().orElseThrow());
  }

  private void record(Session session, List<Change> changes) {
    SortedMap<QualifiedName, StatisticsLedger.Told> told = new TreeMap<>();
    for (Change change : changes) {
      Objects.requireNonNull(wanted.get(key(session.server(), change)))
          .forEach(t -> told.put(t.table(), new StatisticsLedger.Told(t.rows(), t.changes())));
    }
    new StatisticsLedger(session).record(told);
  }
}
