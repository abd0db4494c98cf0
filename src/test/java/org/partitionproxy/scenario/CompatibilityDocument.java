package org.partitionproxy.scenario;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.partitionproxy.testing.GoldenFile;

/** {@code docs/compatibility.md}, made of what was seen on each PostgreSQL. */
final class CompatibilityDocument {

  static final Path FILE = Path.of("docs/compatibility.md");

  /** The oldest and the newest that ppp supports. */
  static final List<Integer> VERSIONS = List.of(15, 18);

  private static final String HEAD =
      "\n## %s\n\n| feature | through the veneer | what to do |\n|---|---|---|\n";

  private static final Pattern SAME = Pattern.compile("(1\\d: )?same(, \\w{5}|, with a warning)?");
  private static final String BETWEEN = " => ";

  private CompatibilityDocument() {}

  /** What was seen on one PostgreSQL, a line for each case. */
  static GoldenFile seen(int version) {
    return GoldenFile.of(file(version));
  }

  private static Path file(int version) {
    return Path.of("src/test/resources/compatibility/seen-on-" + version + ".txt");
  }

  static String lines(Map<String, String> seen) {
    return seen.entrySet().stream()
        .map(entry -> entry.getKey() + BETWEEN + entry.getValue() + "\n")
        .collect(joining());
  }

  static String text() throws IOException {
    Map<Integer, Map<String, String>> seen = new TreeMap<>();
    for (int version : VERSIONS) {
      if (Files.exists(file(version))) {
        seen.put(version, read(version));
      }
    }
    StringBuilder tables = new StringBuilder();
    String section = "";
    int all = 0;
    int alike = 0;
    for (CompatibilityCase one : CompatibilityCase.all()) {
      if (!one.section().equals(section)) {
        section = one.section();
        tables.append(HEAD.formatted(section));
      }
      String cell = cell(one, seen);
      boolean same = SAME.matcher(cell).matches();
      assertThat(one.advice().isEmpty()).as("%s has no advice, or too much", one).isEqualTo(same);
      tables.append("| %s | %s | %s |\n".formatted(one.name(), cell, one.advice()));
      all++;
      alike += same ? 1 : 0;
    }
    return CompatibilityCase.text("head.md")
            .replace("{all}", Integer.toString(all))
            .replace("{same}", Integer.toString(alike))
        + tables;
  }

  private static Map<String, String> read(int version) throws IOException {
    Map<String, String> cells = new LinkedHashMap<>();
    for (String line : Files.readAllLines(file(version))) {
      int at = line.indexOf(BETWEEN);
      cells.put(line.substring(0, at), line.substring(at + BETWEEN.length()));
    }
    return cells;
  }

  private static String cell(CompatibilityCase one, Map<Integer, Map<String, String>> seen) {
    Map<Integer, String> cells = new TreeMap<>();
    seen.forEach(
        (version, all) ->
            Optional.ofNullable(all.get(one.toString()))
                .ifPresent(cell -> cells.put(version, cell)));
    if (cells.size() == seen.size() && cells.values().stream().distinct().count() == 1) {
      return cells.values().iterator().next();
    }
    return cells.entrySet().stream()
        .map(cell -> cell.getKey() + ": " + cell.getValue())
        .collect(joining("<br>"));
  }
}
