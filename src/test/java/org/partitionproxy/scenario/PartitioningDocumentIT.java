package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.partitionproxy.testing.TestServer;
import org.partitionproxy.testing.Walkthrough;

/** What docs/partitioning.md says of policies and conversions, as it stands there. */
@Execution(ExecutionMode.CONCURRENT)
class PartitioningDocumentIT {

  private static final List<Walkthrough.Block> BLOCKS =
      Walkthrough.of(Path.of("docs/partitioning.md")).blocks();

  private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");

  private static final String TABLE =
      """
      CREATE TABLE events (id bigserial PRIMARY KEY, created_at timestamptz NOT NULL, payload jsonb);
      INSERT INTO events (created_at) SELECT now() - i * interval '8 hours' FROM generate_series(0, 9) AS i;
      """;

  @TempDir private Path folder;

  private static Walkthrough.Block first(String beginning) {
    return BLOCKS.stream()
        .filter(block -> block.text().startsWith(beginning))
        .findFirst()
        .orElseThrow();
  }

  /** Without a terminal nobody can be asked. */
  private static String[] arguments(String line) {
    List<String> words =
        new ArrayList<>(
            WORD.matcher(line)
                .results()
                .skip(1)
                .map(PartitioningDocumentIT::word)
                .map(word -> word.equals("initech") ? "acme" : word)
                .toList());
    if (words.contains("finish") || (words.contains("convert") && !words.contains("--dry-run"))) {
      words.add("--yes");
    }
    return words.toArray(String[]::new);
  }

  private static String word(MatchResult found) {
    return found.group(1) == null ? found.group(2) : found.group(1);
  }

  @Test
  void aTableIsConvertedByTheseCommandsAndCaredForByThatPolicy() throws Exception {
    Scene scene = new Scene(folder, TestServer.shared("beside-a"), TestServer.shared("beside-b"));
    scene.withoutMigrations();
    scene.run("initialize");
    scene.onShard("acme", TABLE);
    scene.run("initialize");
    for (String line : first("ppp partitions convert").lines()) {
      scene.run(arguments(line));
    }
    scene.isInStep();

    scene.line(first("partitions:\n").text().replace("initech", "acme"));
    scene.run("initialize");
    scene.isInStep();
    assertThat(scene.run("partitions", "events", "--fail-if", "ahead < 6")).isEmpty();
    assertThat(scene.run("workflows", "--all")).contains("finished");
  }
}
