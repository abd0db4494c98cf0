package org.partitionproxy.console;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.top.Figures;
import org.partitionproxy.top.Group;
import org.partitionproxy.top.Grouping;
import org.partitionproxy.top.Ranking;
import org.partitionproxy.trace.TimeSpan;

/** The costliest statements, tenants or shards as a table, without blanks in any but the query. */
public final class TopView {

  /** In the place of a name, for all the groups that are not shown. */
  private static final String OTHERS = "(others)";

  /** The table's lines, with a line feed after each. */
  public String render(Ranking ranking) {
    Table table = new Table();
    if (ranking.grouping() != Grouping.SHARD) {
      table.column("tenant");
    }
    if (ranking.grouping() != Grouping.TENANT) {
      table.column(ranking.grouping() == Grouping.SHARD ? "shard" : "shards");
    }
    List.of("calls", "time", "mean", "max", "shards%", "shipped", "returned", "waste", "failed")
        .forEach(table::numbers);
    if (ranking.grouping() == Grouping.QUERY) {
      table.column("query");
    }
    ranking.groups().forEach(group -> table.row(cells(ranking.grouping(), group)));
    ranking.others().ifPresent(rest -> table.row(others(ranking.grouping(), rest)));
    return table.render();
  }

  private static @Nullable Object[] cells(Grouping grouping, Group group) {
    List<@Nullable Object> cells = new ArrayList<>();
    if (grouping != Grouping.SHARD) {
      cells.add(group.tenant());
    }
    if (grouping != Grouping.TENANT) {
      cells.add(group.shards().stream().map(Object::toString).collect(Collectors.joining(",")));
    }
    add(group.figures(), cells);
    if (grouping == Grouping.QUERY) {
      cells.add(
          group.query().map(query -> query.text().replaceAll("\\s+", " ").strip()).orElse(""));
    }
    return cells.toArray();
  }

  private static @Nullable Object[] others(Grouping grouping, Figures figures) {
    List<@Nullable Object> cells = new ArrayList<>();
    cells.add(OTHERS);
    if (grouping == Grouping.QUERY) {
      cells.add(null);
    }
    add(figures, cells);
    if (grouping == Grouping.QUERY) {
      cells.add(null);
    }
    return cells.toArray();
  }

  private static void add(Figures figures, List<@Nullable Object> cells) {
    cells.add(figures.calls());
    cells.add(time(figures.time()));
    cells.add(time(figures.mean()));
    cells.add(time(figures.longest()));
    cells.add(share(figures.shareOfShards()));
    cells.add(number(figures.rowsShipped()));
    cells.add(number(figures.rowsReturned()));
    cells.add(waste(figures.waste()));
    cells.add(figures.failures() == 0 ? null : figures.failures());
  }

  /** {@code 0.042ms}, {@code 12.3ms}, {@code 1.25s}, {@code 1h2m}. */
  private static @Nullable String time(Duration time) {
    if (time.isZero()) {
      return null;
    }
    return time.compareTo(Duration.ofMinutes(1)) < 0
        ? TimeSpan.text(time).replace(" ", "")
        : Durations.compact(time);
  }

  private static @Nullable String share(OptionalDouble share) {
    return share.isEmpty() ? null : String.format(Locale.ROOT, "%.0f%%", share.getAsDouble() * 100);
  }

  private static @Nullable Long number(OptionalLong number) {
    return number.isEmpty() ? null : number.getAsLong();
  }

  private static @Nullable String waste(OptionalDouble waste) {
    if (waste.isEmpty()) {
      return null;
    }
    double value = waste.getAsDouble();
    boolean fine = value < 10 && value != Math.rint(value);
    return String.format(Locale.ROOT, fine ? "%.1f" : "%.0f", value);
  }
}
