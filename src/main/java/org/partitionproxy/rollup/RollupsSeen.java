package org.partitionproxy.rollup;

import java.util.List;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.ExitCode;

/**
 * The rollups of tenants.
 *
 * @param rollups by shard, by rollup and tenant as in the file
 * @param refreshed those that a run has just refreshed
 * @param problems shards that did not answer, and what was not refreshed
 */
public record RollupsSeen(List<Rollup> rollups, List<Rollup> refreshed, List<Diagnostic> problems) {

  public RollupsSeen {
    rollups = List.copyOf(rollups);
    refreshed = List.copyOf(refreshed);
    problems = List.copyOf(problems);
  }

  /** The first problem's. */
  public ExitCode exitCode() {
    return problems.isEmpty() ? ExitCode.DONE : problems.get(0).code().exitCode();
  }
}
