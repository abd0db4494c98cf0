package org.partitionproxy.console;

import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.partitionproxy.trace.Forwarded;
import org.partitionproxy.trace.Problem;
import org.partitionproxy.trace.TimeSpan;
import org.partitionproxy.trace.Trace;

/**
 * Traces as trees for a person: a statement on the veneer, its waste and the shards' part of its
 * time, and under it what each shard was asked.
 */
public final class TraceView {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS", Locale.ROOT);

  private static final String UNKNOWN = "-";

  /** Of characters; the rest of a longer statement is cut off. */
  private static final int LONGEST_STATEMENT = 2000;

  /** Rows shipped for each row returned. */
  private static final double BAD_WASTE = 10;

  private final ZoneId zone;
  private final Colors colors;
  private final boolean all;

  /**
   * @param zone in which times are shown
   * @param all whether transaction control and connection set-up are shown one by one
   */
  public TraceView(ZoneId zone, Colors colors, boolean all) {
    this.zone = zone;
    this.colors = colors;
    this.all = all;
  }

  /** The traces' lines, with an empty line after each trace. */
  public String render(List<Trace> traces) {
    return traces.stream().map(trace -> render(trace) + "\n").collect(Collectors.joining());
  }

  private String render(Trace trace) {
    StringBuilder text = new StringBuilder();
    text.append(colors.faint(TIME.format(trace.begin().atZone(zone))))
        .append("  ")
        .append(colors.bold(LogView.printable(trace.user().orElse(UNKNOWN))))
        .append("  ")
        .append(duration(trace.duration()))
        .append("  ")
        .append(rows(trace.rows()))
        .append("  ")
        .append(waste(trace))
        .append("  ")
        .append(share(trace))
        .append('\n');
    statement(trace.statement(), trace.parameters(), trace.problem(), "  ", "    ", text);
    if (!trace.exact() && !trace.forwarded().isEmpty()) {
      text.append("  ").append(colors.yellow("tied by time, which is a guess")).append('\n');
    }
    List<Forwarded> shown = all ? trace.forwarded() : trace.asked();
    Optional<String> folded = folded(trace, trace.forwarded().size() - shown.size());
    for (int i = 0; i < shown.size(); i++) {
      boolean last = i == shown.size() - 1 && folded.isEmpty();
      forwarded(shown.get(i), last ? "└─ " : "├─ ", last ? "   " : "│  ", text);
    }
    folded.ifPresent(line -> text.append("  └─ ").append(colors.faint(line)).append('\n'));
    return text.toString();
  }

  private void forwarded(Forwarded one, String branch, String side, StringBuilder text) {
    List<String> facts = new ArrayList<>();
    facts.add(colors.cyan(one.shard().value()));
    facts.add(one.tenant().map(Object::toString).orElse(UNKNOWN));
    facts.add(one.purpose().toString());
    facts.add(duration(one.duration()));
    facts.add(rows(one.rows()));
    if (one.fetches() > 0) {
      facts.add(one.fetches() + (one.fetches() == 1 ? " fetch" : " fetches"));
    }
    if (one.executions() > 1) {
      facts.add(one.executions() + " executions");
    }
    text.append("  ").append(branch).append(String.join("  ", facts)).append('\n');
    String indent = "  " + side;
    statement(one.statement(), one.parameters(), one.problem(), indent, indent + "  ", text);
  }

  private void statement(
      String statement,
      Optional<String> parameters,
      Optional<Problem> problem,
      String indent,
      String indentOfMore,
      StringBuilder text) {
    lines(cut(statement), indent, text);
    parameters.ifPresent(values -> lines(colors.faint(cut(values)), indentOfMore, text));
    problem.ifPresent(
        p -> {
          String state = p.sqlState().isEmpty() ? "" : p.sqlState() + " ";
          lines(colors.red("error " + state + cut(p.message())), indentOfMore, text);
        });
  }

  private static void lines(String statement, String indent, StringBuilder text) {
    statement
        .lines()
        .filter(line -> !line.isBlank())
        .forEach(line -> text.append(indent).append(line.stripTrailing()).append('\n'));
  }

  private static String cut(String text) {
    String shown =
        text.length() <= LONGEST_STATEMENT
            ? text
            : text.substring(0, LONGEST_STATEMENT) + " … (of " + text.length() + " characters)";
    String clean = LogView.printable(shown);
    int first = clean.indexOf('\n');
    return first < 0
        ? clean
        : clean.substring(0, first) + "\n" + clean.substring(first + 1).stripIndent();
  }

  private static Optional<String> folded(Trace trace, int count) {
    if (count == 0) {
      return Optional.empty();
    }
    Duration time =
        trace.forwarded().stream()
            .filter(one -> one.purpose().isFolded())
            .map(Forwarded::duration)
            .reduce(Duration.ZERO, Duration::plus);
    return Optional.of(count + " for transactions and set-up, " + TimeSpan.text(time));
  }

  private static String duration(Duration time) {
    return time.isZero() ? UNKNOWN : TimeSpan.text(time);
  }

  private static String rows(OptionalLong rows) {
    return rows.isEmpty()
        ? "- rows"
        : rows.getAsLong() + (rows.getAsLong() == 1 ? " row" : " rows");
  }

  /** How many rows were shipped for each that was returned. */
  private String waste(Trace trace) {
    OptionalDouble waste = trace.waste();
    if (waste.isEmpty()) {
      return colors.bold("waste -");
    }
    double value = waste.getAsDouble();
    String text =
        String.format(
            Locale.ROOT,
            value < 10 && value != Math.rint(value) ? "waste %.1f" : "waste %.0f",
            value);
    String shown = value > BAD_WASTE ? colors.red(text) : colors.bold(text);
    return shown + " (" + rows(trace.rowsShipped()) + " shipped)";
  }

  /** Time on shards of the whole; more than all of it where they worked side by side. */
  private String share(Trace trace) {
    if (trace.duration().isZero()) {
      return colors.bold("shards -");
    }
    double share = (double) trace.timeOnShards().toNanos() / trace.duration().toNanos();
    return colors.bold(String.format(Locale.ROOT, "shards %.0f%%", share * 100));
  }
}
