package org.partitionproxy.cli;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.partition.Maintenance;
import org.partitionproxy.topology.ServerName;

/** What a watch that goes on for ever tells of problems: each once, and when a shard is back. */
final class PartitionsWatch {

  private final Consumer<List<Diagnostic>> problems;
  private final Consumer<String> lines;
  private Set<String> told = new LinkedHashSet<>();
  private Set<ServerName> away = Set.of();

  PartitionsWatch(Consumer<List<Diagnostic>> problems, Consumer<String> lines) {
    this.problems = problems;
    this.lines = lines;
  }

  void tell(Maintenance last, List<Diagnostic> warnings) {
    List<Diagnostic> all = new ArrayList<>(last.problems());
    all.addAll(warnings);
    problems.accept(all.stream().filter(p -> isNews(p, last)).toList());
    Set<String> now = new LinkedHashSet<>();
    all.forEach(problem -> now.add(problem.summary()));
    told = now;
    away.stream()
        .filter(server -> !last.away().contains(server))
        .forEach(server -> lines.accept("server \"" + server + "\" answers again"));
    away = last.away();
  }

  /** A shard may be away for many reasons, one after the other; that it is away is told once. */
  private boolean isNews(Diagnostic problem, Maintenance last) {
    boolean known =
        problem.code() == Code.SERVER_UNREACHABLE
            && last.away().stream()
                .filter(away::contains)
                .anyMatch(server -> problem.summary().contains("\"" + server + "\""));
    return !known && !told.contains(problem.summary());
  }
}
