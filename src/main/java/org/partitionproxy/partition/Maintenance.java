package org.partitionproxy.partition;

import java.util.List;
import java.util.Set;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.ExitCode;
import org.partitionproxy.topology.ServerName;

/**
 * What one run of maintenance did, or would do.
 *
 * @param deeds by shard, as they were done
 * @param problems what was not done, and why
 * @param away shards that did not answer
 */
public record Maintenance(List<Deed> deeds, List<Diagnostic> problems, Set<ServerName> away) {

  public Maintenance {
    deeds = List.copyOf(deeds);
    problems = List.copyOf(problems);
  }

  public ExitCode exitCode() {
    if (!away.isEmpty()) {
      return ExitCode.UNREACHABLE;
    }
    List<Diagnostic> errors = problems.stream().filter(Diagnostic::isError).toList();
    if (errors.isEmpty()) {
      return ExitCode.DONE;
    }
    boolean uninitialized = errors.stream().allMatch(e -> e.code() == Code.NOT_INITIALIZED);
    return uninitialized ? ExitCode.REFUSED : ExitCode.PARTIAL;
  }
}
