package org.partitionproxy.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the script itself. */
class LogBoundIT {

  @TempDir private Path folder;

  private void file(String name, int bytes, Duration age) throws IOException {
    Path file = folder.resolve(name);
    Files.write(file, new byte[bytes]);
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(age)));
  }

  private List<String> leftWithin(long bytes) throws Exception {
    Process process =
        new ProcessBuilder(
                "sh",
                Path.of("docker/postgres", LogBound.SCRIPT).toAbsolutePath().toString(),
                folder.toString(),
                Long.toString(bytes))
            .redirectErrorStream(true)
            .start();
    assertThat(process.getInputStream().readAllBytes()).isEmpty();
    assertThat(process.waitFor()).isZero();
    try (var files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void deletesTheOldestFilesBeyondTheBoundAndNothingElse() throws Exception {
    file("ppp-1000.json", 400, Duration.ofMinutes(30));
    file("ppp-1010.json", 400, Duration.ofMinutes(20));
    file("ppp-1020.json", 400, Duration.ofMinutes(10));
    file("ppp-1020.log", 0, Duration.ofMinutes(10));
    file("other.json", 4000, Duration.ofMinutes(40));
    assertThat(leftWithin(800))
        .containsExactly("other.json", "ppp-1010.json", "ppp-1020.json", "ppp-1020.log");
  }

  @Test
  void emptiesTheNewestFileIfItAloneIsTooLarge() throws Exception {
    file("ppp-1000.json", 400, Duration.ofMinutes(30));
    file("ppp-1010.json", 4000, Duration.ZERO);
    assertThat(leftWithin(800)).containsExactly("ppp-1010.json");
    assertThat(folder.resolve("ppp-1010.json")).isEmptyFile();
  }

  @Test
  void deletesWhatIsOlderThanADay() throws Exception {
    file("ppp-1000.json", 4, Duration.ofHours(26));
    file("ppp-1010.json", 4, Duration.ofHours(24));
    assertThat(leftWithin(800)).containsExactly("ppp-1010.json");
  }
}
