package org.partitionproxy.console;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.partitionproxy.check.CheckReport;
import org.partitionproxy.check.CheckedStatement;
import org.partitionproxy.check.Finding;
import org.partitionproxy.check.Verdict;
import org.partitionproxy.diagnostic.SourcePosition;

/** What an application meets on the veneer: three aligned columns, and what to do under each. */
public final class CheckView {

  private static final int LONGEST_EXCERPT = 60;

  private final Colors colors;

  public CheckView(Colors colors) {
    this.colors = colors;
  }

  public String render(CheckReport report) {
    StringBuilder text = new StringBuilder();
    List<Line> lines = new ArrayList<>();
    for (CheckedStatement statement : report.statements()) {
      statement.findings().forEach(finding -> lines.add(new Line(statement, finding)));
    }
    append(text, lines);
    text.append(lines.isEmpty() ? "" : "\n");
    text.append("The application as a whole, as tenant ").append(report.tenant()).append(":\n");
    append(text, report.application().stream().map(Line::new).toList());
    return report.statements().isEmpty()
        ? text.toString()
        : text.append('\n').append(summary(report)).append('\n').toString();
  }

  private record Line(String place, String excerpt, Finding finding) {

    Line(CheckedStatement statement, Finding finding) {
      this(place(statement, finding), excerpt(statement), finding);
    }

    Line(Finding finding) {
      this("", "", finding);
    }

    private static String place(CheckedStatement statement, Finding finding) {
      return position(statement, finding)
          .map(SourcePosition::toString)
          .orElse(statement.asked().place());
    }

    private static String excerpt(CheckedStatement statement) {
      String sql = String.join(" ", statement.asked().text().strip().split("\\s+"));
      String shown =
          sql.codePointCount(0, sql.length()) <= LONGEST_EXCERPT
              ? sql
              : sql.substring(0, sql.offsetByCodePoints(0, LONGEST_EXCERPT)) + "…";
      return shown + statement.asked().calls().map(c -> "  (" + c + " calls)").orElse("");
    }

    String verdict() {
      return finding.verdict() + finding.sqlState().map(state -> " " + state).orElse("");
    }
  }

  private static Optional<SourcePosition> position(CheckedStatement statement, Finding finding) {
    return finding.position().map(statement.asked()::position);
  }

  private void append(StringBuilder text, List<Line> lines) {
    int place = widest(lines.stream().map(Line::place));
    int verdict = widest(lines.stream().map(Line::verdict));
    String indent = " ".repeat((place == 0 ? 0 : place + 2) + verdict + 2);
    String last = "";
    for (Line line : lines) {
      String statement = line.place() + line.excerpt();
      boolean first = !statement.isEmpty() && !statement.equals(last);
      String verdictCell = pad(line.verdict(), verdict);
      if (first) {
        text.append(pad(line.place(), place)).append("  ");
        text.append(colors.bold(Texts.oneLine(line.excerpt()))).append('\n');
      }
      text.append(place == 0 ? "" : " ".repeat(place + 2));
      text.append(colored(line.finding().verdict(), verdictCell)).append("  ");
      text.append(Texts.oneLine(line.finding().why())).append('\n');
      if (!line.finding().instead().isEmpty()) {
        text.append(indent).append("instead: ");
        text.append(Texts.oneLine(line.finding().instead())).append('\n');
      }
      last = statement;
    }
  }

  private static int widest(Stream<String> cells) {
    return cells.mapToInt(String::length).max().orElse(0);
  }

  private static String pad(String cell, int width) {
    return cell + " ".repeat(Math.max(0, width - cell.length()));
  }

  private String colored(Verdict verdict, String cell) {
    return switch (verdict) {
      case FAILS, BLOCKS -> colors.red(cell);
      case SLOW, DIFFERS -> colors.yellow(cell);
      case UNCLEAR -> cell;
    };
  }

  /** A statement counts as its worst finding. */
  private static String summary(CheckReport report) {
    Map<Verdict, Long> worst =
        report.statements().stream()
            .filter(s -> !s.findings().isEmpty())
            .collect(
                Collectors.groupingBy(
                    s -> s.findings().get(0).verdict(),
                    () -> new java.util.EnumMap<>(Verdict.class),
                    Collectors.counting()));
    long fine = report.statements().size() - worst.values().stream().mapToLong(n -> n).sum();
    List<String> counts = new ArrayList<>();
    worst.forEach((verdict, n) -> counts.add(n + " " + label(verdict, n)));
    counts.add(fine + " fine");
    return Texts.count(report.statements().size(), "statement")
        + ": "
        + String.join(", ", counts)
        + ".";
  }

  private static String label(Verdict verdict, long number) {
    return switch (verdict) {
      case FAILS -> number == 1 ? "fails" : "fail";
      case BLOCKS -> number == 1 ? "blocks" : "block";
      case DIFFERS -> number == 1 ? "differs" : "differ";
      case SLOW, UNCLEAR -> verdict.toString().toLowerCase(Locale.ROOT);
    };
  }

  /** One value per finding, and the numbers of statements. */
  public static String json(CheckReport report) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("tenant", report.tenant());
    document.put("statements", report.statements().size());
    List<Object> findings = new ArrayList<>();
    for (CheckedStatement statement : report.statements()) {
      statement.findings().forEach(finding -> findings.add(json(statement, finding)));
    }
    document.put("findings", findings);
    document.put("application", report.application().stream().map(CheckView::json).toList());
    return Json.pretty(document);
  }

  private static Map<String, Object> json(CheckedStatement statement, Finding finding) {
    Map<String, Object> value = new LinkedHashMap<>();
    value.put("source", statement.asked().source());
    Optional<SourcePosition> position = position(statement, finding);
    value.put("line", position.map(SourcePosition::line).orElse(statement.asked().line()));
    value.put("column", position.map(SourcePosition::column));
    value.put("statement", statement.asked().text());
    value.put("calls", statement.asked().calls());
    value.putAll(json(finding));
    return value;
  }

  private static Map<String, Object> json(Finding finding) {
    Map<String, Object> value = new LinkedHashMap<>();
    value.put("verdict", finding.verdict());
    value.put("sql_state", finding.sqlState());
    value.put("why", finding.why());
    value.put("instead", finding.instead());
    return value;
  }
}
