package org.partitionproxy.topology;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;

/** Collects everything that is wrong with one file, so that it is told at once. */
final class Problems {

  private record Problem(Code code, Place place, String summary, String hint) {}

  private static final Comparator<Problem> BY_PLACE =
      Comparator.comparingInt((Problem p) -> p.place().line())
          .thenComparingInt(p -> p.place().column());

  private final SourceText source;
  private final List<Problem> problems = new ArrayList<>();

  Problems(SourceText source) {
    this.source = source;
  }

  void add(Code code, Place place, String summary, String hint) {
    problems.add(new Problem(code, place, summary, hint));
  }

  /** In the file's order. Lines are looked up only here, when all that is secret is known. */
  List<Diagnostic> diagnostics() {
    // One line may hold the whole file, and all its problems.
    Map<Integer, String> lines = new HashMap<>();
    return problems.stream()
        .sorted(BY_PLACE)
        .map(p -> diagnostic(p, lines.computeIfAbsent(p.place().line(), source::shownLine)))
        .toList();
  }

  private Diagnostic diagnostic(Problem problem, String line) {
    return Diagnostic.error(
        problem.code(), source.position(problem.place(), line), problem.summary(), problem.hint());
  }

  /**
   * @throws PppException with all of them, if there are any
   */
  void throwIfAny() {
    if (!problems.isEmpty()) {
      throw new PppException(diagnostics());
    }
  }
}
