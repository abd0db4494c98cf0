package org.partitionproxy.console;

import java.util.Locale;
import org.partitionproxy.convert.ConversionPlan;
import org.partitionproxy.convert.Finding;
import org.partitionproxy.convert.Space;

/** What a conversion would do. */
public final class ConversionView {

  private static final double MEGABYTE = 1024.0 * 1024;

  private ConversionView() {}

  public static String render(ConversionPlan plan) {
    Table tables = new Table().column("table").numbers("rows").numbers("mb").column("rows by");
    for (ConversionPlan.PlannedTable table : plan.tables()) {
      tables.row(
          table.name(),
          table.rows(),
          String.format(Locale.ROOT, "%.1f", table.bytes() / MEGABYTE),
          table.identity().isEmpty() ? "whole rows" : String.join(", ", table.identity()));
    }
    StringBuilder text = new StringBuilder();
    text.append("Partitions by %s, every %s in %s".formatted(plan.key(), plan.every(), plan.zone()))
        .append(", of tenant %s on %s:\n\n".formatted(plan.tenant(), plan.shard()))
        .append(tables.render());
    for (Finding note : plan.notes()) {
      text.append("\nnote: ").append(note.summary()).append("\n      ").append(note.hint());
    }
    return text.append(plan.notes().isEmpty() ? "" : "\n")
        .append(
            "\nAbout %s until the exchange, which locks the tables for about %d ms.\n"
                .formatted(
                    Durations.compact(plan.estimatedTime()), plan.estimatedLock().toMillis()))
        .append(plan.inPlace() ? "No row is copied.\n" : spaces(plan))
        .toString();
  }

  private static String spaces(ConversionPlan plan) {
    StringBuilder text = new StringBuilder();
    for (Space space : plan.spaces()) {
      text.append(
          "Until the old tables are dropped, the shard needs %s more%s; %s.\n"
              .formatted(
                  Sizes.compact(space.needed()),
                  space.location().isEmpty() ? "" : " in " + space.location(),
                  space
                      .free()
                      .map(bytes -> Sizes.compact(bytes) + " are free")
                      .orElse("how much is free there is not known here")));
    }
    return text.toString();
  }

  public static String json(ConversionPlan plan) {
    return Json.pretty(plan);
  }
}
