package org.partitionproxy.cli;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.partitionproxy.testing.Walkthrough;
import org.partitionproxy.testing.WorkingCopy;

@Execution(ExecutionMode.CONCURRENT)
class InActionIT {

  @TempDir Path folder;

  @Test
  void everyCommandOfTheWalkthroughDoesWhatItShows() {
    try (WorkingCopy copy = WorkingCopy.in(folder)) {
      Walkthrough.of(Path.of("IN_ACTION.md")).runIn(copy);
    }
  }
}
