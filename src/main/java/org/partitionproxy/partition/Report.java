package org.partitionproxy.partition;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;

/** What becomes of one shard's tables. Safe for threads. */
final class Report {

  private final Consumer<Deed> listener;
  private final List<Deed> deeds = new ArrayList<>();
  private final List<Diagnostic> problems = new ArrayList<>();

  /**
   * @param listener is told of each deed at once
   */
  Report(Consumer<Deed> listener) {
    this.listener = listener;
  }

  synchronized void done(Deed deed) {
    deeds.add(deed);
    listener.accept(deed);
  }

  synchronized void problem(Diagnostic problem) {
    problems.add(problem);
  }

  synchronized List<Deed> deeds() {
    return List.copyOf(deeds);
  }

  synchronized List<Diagnostic> problems() {
    return List.copyOf(problems);
  }

  static String subject(PartitionedTable table) {
    return "table \"" + table.name() + "\" of tenant \"" + table.tenant() + "\"";
  }

  /**
   * What fails of one table stops no other; what a lost server fails, all of that server.
   *
   * @param attempt with a verb: {@code "make partitions of"}
   * @return whether it succeeded
   */
  boolean guard(PartitionedTable table, Code code, String attempt, Supplier<Boolean> work) {
    try {
      return work.get();
    } catch (SqlFailure e) {
      if (e.isUnreachable()) {
        throw e;
      }
      Diagnostic reason = e.diagnostics().get(0);
      problem(
          Diagnostic.error(
              code,
              "cannot " + attempt + " " + subject(table) + ": " + reason.summary(),
              "Other tables went on, and the next run goes on from what it finds. "
                  + reason.hint()));
      return false;
    }
  }
}
