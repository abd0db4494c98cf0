package org.partitionproxy.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.partitionproxy.explain.CombinedPlan;
import org.partitionproxy.explain.Execution;
import org.partitionproxy.explain.Figures;
import org.partitionproxy.explain.PlanStep;
import org.partitionproxy.explain.ShardPart;
import org.partitionproxy.explain.Verdict;

/**
 * A combined plan for people: a line for each step, with its server at the left, so that the sides
 * can be told apart, then its figures, then the tree.
 */
public final class ExplainView {

  private static final String MARGIN = "  ";

  private final Colors colors;

  public ExplainView(Colors colors) {
    this.colors = colors;
  }

  /**
   * A line of the tree, or below one.
   *
   * @param figures a cell for each column; none for a line that is not a step
   */
  private record Line(String server, boolean shard, List<String> figures, String text) {}

  public String render(CombinedPlan plan) {
    boolean ran = plan.execution() != Execution.NONE;
    List<Line> lines = new ArrayList<>();
    lines.add(
        new Line(
            "SERVER",
            false,
            ran
                ? List.of("EST. ROWS", "ROWS", "LOOPS", "MS", "HIT", "READ")
                : List.of("EST. ROWS", "EST. COST"),
            "PLAN"));
    new Tree(lines, ran).add(plan.veneer(), false, plan.plan(), "", "");
    StringBuilder text = new StringBuilder();
    text.append("As ").append(plan.role()).append(" on ").append(plan.veneer()).append(": ");
    text.append(ran ? "run, and rolled back" : "planned, not run");
    text.append(plan.generic() ? "; for any parameters" : "").append(".\n\n");
    append(text, lines);
    plan.notes().forEach(note -> text.append("\nnote: ").append(Texts.oneLine(note)).append('\n'));
    return text.toString();
  }

  /** Lines in their order, from a tree. */
  private record Tree(List<Line> lines, boolean ran) {

    /**
     * @param branch what stands before the step's name
     * @param below what stands before the lines under it
     */
    void add(String server, boolean shard, PlanStep step, String branch, String below) {
      lines.add(new Line(server, shard, cells(step.figures()), branch + title(step)));
      String indent = below + (step.children().isEmpty() ? MARGIN : "│ ");
      step.details().forEach(d -> line(server, shard, indent + d.name() + ": " + d.text()));
      step.verdicts().forEach(v -> verdict(server, indent, v, step.details()));
      step.shard().ifPresent(part -> shard(part, indent));
      for (int i = 0; i < step.children().size(); i++) {
        boolean last = i == step.children().size() - 1;
        add(
            server,
            shard,
            step.children().get(i),
            below + (last ? "└ " : "├ "),
            below + (last ? MARGIN : "│ "));
      }
    }

    private static String title(PlanStep step) {
      String part = step.part().isEmpty() ? "" : step.part() + ": ";
      return part
          + step.operation()
          + (step.object().isEmpty() ? "" : " " + step.object())
          + (step.asynchronous() ? ", asynchronous" : "");
    }

    private void line(String server, boolean shard, String text) {
      lines.add(new Line(server, shard, List.of(), text));
    }

    /** An expression that stands right above is not said again. */
    private void verdict(
        String server, String indent, Verdict verdict, List<PlanStep.Detail> details) {
      boolean said = details.stream().anyMatch(d -> d.text().equals(verdict.subject()));
      String subject = verdict.subject().isEmpty() || said ? "" : " " + verdict.subject();
      if (verdict.pushedDown()) {
        String how = verdict.why().isEmpty() ? "" : ", " + verdict.why();
        line(server, false, indent + "+ pushed down: " + verdict.operation() + subject + how);
        return;
      }
      line(server, false, indent + "- on the veneer: " + verdict.operation() + subject);
      line(server, false, indent + "    because " + verdict.why());
      if (!verdict.instead().isEmpty()) {
        line(server, false, indent + "    instead: " + verdict.instead());
      }
    }

    private void shard(ShardPart part, String indent) {
      String role = part.role().map(r -> "as " + r + ": ").orElse("");
      line(part.server(), true, indent + role + part.sql());
      String label = part.plan().isPresent() ? "note: " : "missing: ";
      part.missing().ifPresent(why -> line(part.server(), true, indent + label + why));
      part.plan().ifPresent(plan -> add(part.server(), true, plan, indent + "└ ", indent + MARGIN));
    }

    private List<String> cells(Figures figures) {
      String rows = Long.toString(figures.estimatedRows());
      return ran
          ? List.of(
              rows,
              number(figures.rows()),
              number(figures.loops()),
              figures.milliseconds().map(m -> String.format(Locale.ROOT, "%.3f", m)).orElse("-"),
              number(figures.buffersHit()),
              number(figures.buffersRead()))
          : List.of(rows, String.format(Locale.ROOT, "%.2f", figures.estimatedCost()));
    }

    private static String number(Optional<Long> value) {
      return value.map(v -> Long.toString(v)).orElse("-");
    }
  }

  private void append(StringBuilder text, List<Line> lines) {
    int server = lines.stream().mapToInt(l -> l.server().length()).max().orElse(0);
    int columns = lines.get(0).figures().size();
    List<Integer> widths = new ArrayList<>();
    for (int i = 0; i < columns; i++) {
      int column = i;
      widths.add(
          lines.stream()
              .filter(l -> !l.figures().isEmpty())
              .mapToInt(l -> l.figures().get(column).length())
              .max()
              .orElse(0));
    }
    String last = "";
    for (Line line : lines) {
      boolean named = !line.server().equals(last) || !line.figures().isEmpty();
      String cell = (named ? line.server() : "") + " ".repeat(server);
      UnaryOperator<String> color = line.shard() ? colors::cyan : UnaryOperator.identity();
      StringBuilder row = new StringBuilder(color.apply(cell.substring(0, server)));
      for (int i = 0; i < columns; i++) {
        String figure = line.figures().isEmpty() ? "" : line.figures().get(i);
        row.append(MARGIN).append(" ".repeat(widths.get(i) - figure.length())).append(figure);
      }
      row.append(line.shard() ? "  ┃ " : "  │ ").append(colored(line));
      text.append(row.toString().stripTrailing()).append('\n');
      last = line.server();
    }
  }

  private String colored(Line line) {
    String text = Texts.oneLine(line.text());
    if (line.shard()) {
      return colors.cyan(text);
    }
    String bare = text.replace("│", " ").strip();
    if (bare.startsWith("- on the veneer")) {
      return colors.yellow(text);
    }
    return bare.startsWith("+ pushed down") ? colors.green(text) : text;
  }
}
