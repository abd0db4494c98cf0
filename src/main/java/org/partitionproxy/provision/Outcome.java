package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.partitionproxy.apply.Failure;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.ExitCode;
import org.partitionproxy.migrate.MigrationResult;
import org.partitionproxy.plan.Plan;

/**
 * What a run that changes servers has done, and what it has not.
 *
 * @param plan as it was at the beginning
 * @param changes how many were committed, migrations not counted
 * @param failures each with the transaction that was rolled back
 * @param problems what was left as it was, and why
 * @param unreachable servers that did not answer, or went away
 */
public record Outcome(
    Plan plan,
    int changes,
    List<Failure> failures,
    List<Diagnostic> problems,
    Optional<MigrationResult> migrations,
    List<Diagnostic> unreachable) {

  public Outcome {
    failures = List.copyOf(failures);
    problems = List.copyOf(problems);
    unreachable = List.copyOf(unreachable);
  }

  /** Everything that kept the run from being complete. */
  public List<Diagnostic> diagnostics() {
    List<Diagnostic> diagnostics = new ArrayList<>(plan.refusals());
    diagnostics.addAll(unreachable);
    for (Failure failure : failures) {
      Diagnostic reason = failure.reason().diagnostics().get(0);
      diagnostics.add(
          Diagnostic.error(
              Code.CHANGE_FAILED,
              failure.change().action()
                  + " "
                  + failure.change().kind()
                  + " "
                  + failure.change().name()
                  + " on "
                  + reason.summary(),
              reason.hint() + "\nMend the cause and run the command again: it goes on from here."));
    }
    diagnostics.addAll(problems);
    migrations.ifPresent(m -> diagnostics.addAll(m.diagnostics()));
    return diagnostics;
  }

  public ExitCode exitCode() {
    if (!plan.refusals().isEmpty()) {
      return ExitCode.REFUSED;
    }
    if (!unreachable.isEmpty()) {
      return ExitCode.UNREACHABLE;
    }
    if (!failures.isEmpty()) {
      return failures.stream().allMatch(f -> f.reason().isUnreachable())
          ? ExitCode.UNREACHABLE
          : ExitCode.PARTIAL;
    }
    if (!problems.isEmpty()) {
      return ExitCode.PARTIAL;
    }
    return migrations.map(MigrationResult::exitCode).orElse(ExitCode.DONE);
  }
}
