package org.partitionproxy.cli;

import java.util.EnumSet;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.partitionproxy.plan.Stage;
import picocli.CommandLine.Option;

/** {@code --only}: a part of plan and initialize. */
final class StagesOption {

  @Option(
      names = "--only",
      paramLabel = "STAGE",
      description = "Only this part (repeatable): ${COMPLETION-CANDIDATES}",
      completionCandidates = StageNames.class,
      converter = StageNames.class)
  List<Stage> only = List.of();

  /** All of them, where none is named. */
  SortedSet<Stage> stages() {
    return new TreeSet<>(only.isEmpty() ? EnumSet.allOf(Stage.class) : EnumSet.copyOf(only));
  }
}
