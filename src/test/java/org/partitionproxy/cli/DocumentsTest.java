package org.partitionproxy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.partitionproxy.console.Colors;
import picocli.CommandLine;

/** What documents mention in passing exists: commands with their options, targets, files. */
class DocumentsTest {

  private static final Pattern SPAN = Pattern.compile("`([^`\n]+)`");
  private static final Pattern LINK = Pattern.compile("]\\((?!https?:)([^)#]+)[^)]*\\)");
  private static final Pattern FENCED = Pattern.compile("(?ms)^```.*?^```$");
  private static final Pattern COMMAND_LINE = Pattern.compile("(?m)^(?:\\$ )?((?:ppp|make) .*)$");
  private static final Pattern TARGET = Pattern.compile("(?m)^([A-Za-z-]+%?):");

  private static Stream<Path> documents() throws IOException {
    try (Stream<Path> top = Files.list(Path.of(""));
        Stream<Path> docs = Files.list(Path.of("docs"))) {
      return Stream.concat(top, docs)
          .filter(p -> p.toString().endsWith(".md"))
          .sorted()
          .toList()
          .stream();
    }
  }

  @TestFactory
  Stream<DynamicTest> whatADocumentMentionsExists() throws IOException {
    return documents()
        .map(
            document ->
                DynamicTest.dynamicTest(
                    document.toString(),
                    () -> {
                      String text = Files.readString(document);
                      mentionedIn(text).forEach(DocumentsTest::requireCommand);
                      LINK.matcher(FENCED.matcher(text).replaceAll(""))
                          .results()
                          .forEach(link -> requireFile(document, link.group(1)));
                    }));
  }

  /** Commands in running text, and in blocks whether those are run or not. */
  private static List<String> mentionedIn(String text) {
    List<String> commands = new ArrayList<>();
    FENCED
        .matcher(text)
        .results()
        .flatMap(block -> COMMAND_LINE.matcher(block.group()).results())
        .forEach(line -> commands.add(line.group(1)));
    SPAN.matcher(FENCED.matcher(text).replaceAll(""))
        .results()
        .map(span -> span.group(1))
        .filter(span -> span.matches("(bin/)?(ppp|make) .*"))
        .forEach(commands::add);
    return commands;
  }

  private static void requireCommand(String command) {
    List<String> words =
        Pattern.compile("\"[^\"]*\"|'[^']*'|\\S+")
            .matcher(command.replaceFirst("\\s+(<<|#).*", ""))
            .results()
            .map(MatchResult::group)
            .toList();
    if (words.get(0).equals("make")) {
      requireTarget(words.get(1));
    } else if (!words.get(1).equals("COMMAND") && !words.get(1).equals("VERB")) {
      requireArguments(command, words.subList(1, words.size()));
    }
  }

  private static void requireArguments(String command, List<String> arguments) {
    CommandLine ppp = Main.commandLine(Colors.NONE);
    assertThatCode(
            () -> {
              try {
                ppp.parseArgs(arguments.toArray(String[]::new));
              } catch (CommandLine.MissingParameterException e) {
                // The text names the command; it does not use it.
              }
            })
        .as(command)
        .doesNotThrowAnyException();
  }

  private static void requireTarget(String target) {
    try {
      List<String> patterns =
          TARGET
              .matcher(Files.readString(Path.of("Makefile")))
              .results()
              .map(match -> match.group(1).replace("%", ".+"))
              .toList();
      assertThat(patterns).as("make " + target).anyMatch(target::matches);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void requireFile(Path document, String link) {
    assertThat(document.resolveSibling(link)).as("link in " + document).exists();
  }
}
