package org.partitionproxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.partitionproxy.console.Colors;
import org.partitionproxy.testing.GoldenFile;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

class HelpTest {

  private final SortedMap<String, CommandLine> commands = new TreeMap<>();

  HelpTest() {
    collect(Main.commandLine(Colors.NONE));
  }

  private void collect(CommandLine command) {
    commands.put(command.getCommandSpec().qualifiedName("-"), command);
    command.getSubcommands().values().forEach(this::collect);
  }

  @TestFactory
  Stream<DynamicTest> everyCommandsHelpIsAsItWasAgreed() {
    return commands.entrySet().stream()
        .map(
            command ->
                DynamicTest.dynamicTest(
                    command.getKey(),
                    () ->
                        GoldenFile.assertMatches(
                            "help/" + command.getKey() + ".txt",
                            command.getValue().getUsageMessage(Ansi.OFF))));
  }

  @Test
  void noHelpIsKeptOfACommandThatIsGone() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("src/test/resources/golden/help"))) {
      List<String> names =
          files.map(file -> file.getFileName().toString().replace(".txt", "")).toList();
      assertThat(commands.keySet()).containsAll(names);
    }
  }

  @Test
  void everyCommandAnswersToHelp() {
    assertThat(commands.values())
        .filteredOn(command -> !command.getCommandSpec().helpCommand())
        .allSatisfy(
            command -> assertThat(command.getCommandSpec().findOption("--help")).isNotNull());
  }
}
