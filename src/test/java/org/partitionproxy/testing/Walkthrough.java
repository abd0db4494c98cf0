package org.partitionproxy.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;

/**
 * A Markdown document whose blocks are run as they stand there:
 *
 * <ul>
 *   <li>{@code console}: commands after {@code $} (their further lines after {@code >}), each with
 *       the output that it must have, but for times and the like. {@code -Dgolden.update=true}
 *       writes the outputs into the document instead.
 *   <li>{@code sh}: a script without outputs, which must succeed.
 *   <li>{@code yaml}: handed to the caller, see {@link #yaml()}.
 *   <li>{@code text}: nothing to run.
 * </ul>
 *
 * A comment above a block says why it is not run: {@code <!-- not run: needs Docker -->}.
 */
public final class Walkthrough {

  private static final Pattern FENCE = Pattern.compile("```(\\S*)");
  private static final Pattern NOT_RUN = Pattern.compile("<!-- not run: \\S.* -->");
  private static final boolean UPDATE = Boolean.getBoolean("golden.update");

  /** Where there is none, {@code ppp psql} is ppp's own shell, with some words of its own. */
  private static final boolean HAS_PSQL =
      Stream.of(System.getenv("PATH").split(":"))
          .anyMatch(folder -> Files.isExecutable(Path.of(folder, "psql")));

  private static final int ATTEMPTS = 10;

  private final Path document;

  private Walkthrough(Path document) {
    this.document = document;
  }

  public static Walkthrough of(Path document) {
    return new Walkthrough(document);
  }

  /**
   * @param line of its first line, from 1
   */
  public record Block(int line, String language, boolean run, List<String> lines) {

    public String text() {
      return String.join("\n", lines);
    }
  }

  /** All fenced blocks in their order. */
  public List<Block> blocks() {
    List<String> lines = read();
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      Matcher fence = FENCE.matcher(lines.get(i));
      if (fence.matches()) {
        int end = lines.subList(i + 1, lines.size()).indexOf("```") + i + 1;
        assertThat(end).as("end of the block in line %d of %s", i + 1, document).isGreaterThan(i);
        boolean run = i == 0 || !NOT_RUN.matcher(lines.get(i - 1)).matches();
        blocks.add(new Block(i + 2, fence.group(1), run, lines.subList(i + 1, end)));
        i = end;
      }
    }
    return blocks;
  }

  /** The blocks of YAML that are not marked. */
  public List<Block> yaml() {
    return blocks().stream().filter(b -> b.run() && b.language().equals("yaml")).toList();
  }

  /** Runs every block that can be run; fails with all that differs. */
  public void runIn(WorkingCopy copy) {
    List<String> rewritten = new ArrayList<>(read());
    SoftAssertions softly = new SoftAssertions();
    int moved = 0;
    for (Block block : blocks()) {
      String place = document + ":" + block.line();
      softly.assertThat(block.language()).as(place).isIn("console", "sh", "yaml", "text");
      if (block.run() && block.language().equals("sh")) {
        WorkingCopy.Result result = copy.run(block.text());
        softly.assertThat(result.status()).as("%s:%n%s", place, result.output()).isZero();
      } else if (block.run() && block.language().equals("console")) {
        List<String> lines = new ArrayList<>();
        exchanges(block).forEach(exchange -> lines.addAll(exchange.repeat(copy, softly, place)));
        int start = block.line() - 1 + moved;
        rewritten.subList(start, start + block.lines().size()).clear();
        rewritten.addAll(start, lines);
        moved += lines.size() - block.lines().size();
      }
    }
    if (UPDATE) {
      write(rewritten);
    }
    softly.assertAll();
  }

  private static List<Exchange> exchanges(Block block) {
    List<Exchange> exchanges = new ArrayList<>();
    for (String line : block.lines()) {
      if (line.startsWith("$ ")) {
        exchanges.add(new Exchange(new ArrayList<>(List.of(line)), new ArrayList<>()));
      } else {
        assertThat(exchanges).as("commands before line \"%s\"", line).isNotEmpty();
        Exchange last = exchanges.get(exchanges.size() - 1);
        boolean ofCommand = line.startsWith("> ") && last.output().isEmpty();
        (ofCommand ? last.command() : last.output()).add(line);
      }
    }
    return exchanges;
  }

  /** A command and its output, as lines of the document. */
  private record Exchange(List<String> command, List<String> output) {

    private String script() {
      return String.join("\n", command.stream().map(line -> line.substring(2)).toList());
    }

    /** Runs the command again, and returns the lines that should stand in the document. */
    List<String> repeat(WorkingCopy copy, SoftAssertions softly, String place) {
      String expected = VolatileText.withoutVolatileParts(String.join("\n", output));
      String actual = copy.run(script()).output();
      // A server writes its log a moment after its answer.
      boolean ofLog = script().startsWith("ppp show-logs");
      for (int i = 1; ofLog && i < ATTEMPTS && !isSame(expected, actual); i++) {
        actual = copy.run(script()).output();
      }
      if (isSame(expected, actual) || isOtherShells(expected)) {
        return lines(output);
      }
      if (!UPDATE) {
        softly
            .assertThat(VolatileText.withoutVolatileParts(actual))
            .as("%s, $ %s; `make in-action` writes the outputs of IN_ACTION.md", place, script())
            .isEqualTo(expected);
      }
      return lines(asWritten(actual));
    }

    private List<String> asWritten(String actual) {
      List<String> lines =
          new ArrayList<>(actual.stripTrailing().lines().map(String::stripTrailing).toList());
      if (!output.isEmpty() && output.get(output.size() - 1).isEmpty()) {
        lines.add("");
      }
      return lines;
    }

    private static boolean isSame(String expected, String actual) {
      return VolatileText.withoutVolatileParts(actual).equals(expected);
    }

    /** Of psql only: how errors look, what runs after one, and the names of DDL statements. */
    private static boolean isOtherShells(String expected) {
      return !HAS_PSQL && (expected.contains("ERROR:") || expected.equals("ALTER FOREIGN TABLE"));
    }

    private List<String> lines(List<String> shown) {
      List<String> lines = new ArrayList<>(command);
      lines.addAll(shown);
      return lines;
    }
  }

  private List<String> read() {
    try {
      return Files.readAllLines(document);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write(List<String> lines) {
    try {
      Files.writeString(document, String.join("\n", lines) + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
