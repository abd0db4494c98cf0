package org.partitionproxy.console;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.partitionproxy.rollup.Rollup;
import org.partitionproxy.rollup.RollupsSeen;
import org.partitionproxy.topology.RollupRules;

/** Rollups of tenants, as text and as JSON. */
public final class RollupsView {

  private RollupsView() {}

  public static String render(RollupsSeen seen) {
    Table table =
        new Table()
            .column("tenant")
            .column("rollup")
            .column("refresh")
            .numbers("age")
            .numbers("took")
            .numbers("size")
            .numbers("changes")
            .column("readers")
            .column("note");
    for (Rollup one : seen.rollups()) {
      table.row(
          one.tenant(),
          one.name().name(),
          when(one.rules()),
          one.last().map(last -> Durations.compact(last.age())),
          one.last().map(last -> took(last.took())),
          one.view().flatMap(Rollup.View::bytes).map(Sizes::compact),
          one.last().flatMap(Rollup.Refresh::changes),
          one.view()
              .filter(Rollup.View::isMaterialized)
              .map(view -> view.besideReaders() ? "go on" : "wait"),
          note(one));
    }
    return table.render();
  }

  private static String took(Duration time) {
    return time.toSeconds() < 10 ? time.toMillis() + "ms" : Durations.compact(time);
  }

  private static String when(RollupRules rules) {
    return (rules.onlyChanged() ? "after changes, " : "") + rules.schedule();
  }

  private static Optional<String> note(Rollup rollup) {
    if (rollup.view().isEmpty()) {
      return Optional.of("missing");
    }
    if (!rollup.isRefreshable()) {
      return Optional.of("no materialized view");
    }
    return rollup
        .failure()
        .map(
            failure ->
                "failed "
                    + Durations.compact(failure.age())
                    + " ago: "
                    + failure.error().lines().findFirst().orElse("without a word"))
        .or(() -> rollup.view().filter(view -> !view.populated()).map(view -> "not populated"))
        .or(
            () ->
                rollup
                    .view()
                    .filter(view -> view.sources() == 0 && rollup.rules().onlyChanged())
                    .map(view -> "reads no table: name some with of:"));
  }

  /** What a run has refreshed, a line each. */
  public static String refreshed(RollupsSeen done) {
    StringBuilder lines = new StringBuilder();
    for (Rollup one : done.refreshed()) {
      one.last()
          .ifPresent(
              last ->
                  lines
                      .append("refreshed ")
                      .append(Texts.oneLine(one.name().toString()))
                      .append(" of ")
                      .append(one.tenant())
                      .append(" in ")
                      .append(took(last.took()))
                      .append(last.besideReaders() ? "" : ", readers waited")
                      .append('\n'));
    }
    return lines.toString();
  }

  public static String json(RollupsSeen seen) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("rollups", seen.rollups().stream().map(RollupsView::json).toList());
    document.put("problems", DiagnosticView.json(seen.problems()));
    return Json.pretty(document);
  }

  /** What a run has refreshed. */
  public static String jsonOfRun(RollupsSeen done) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("refreshed", done.refreshed().stream().map(RollupsView::json).toList());
    document.put("problems", DiagnosticView.json(done.problems()));
    return Json.line(document);
  }

  private static Map<String, Object> json(Rollup rollup) {
    Optional<Rollup.View> view = rollup.view();
    Optional<Rollup.Refresh> last = rollup.last();
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("tenant", rollup.tenant());
    one.put("shard", rollup.shard());
    one.put("schema", rollup.name().schema());
    one.put("rollup", rollup.name().name());
    one.put("refresh", rollup.rules().refresh());
    one.put("schedule", rollup.rules().schedule().text());
    one.put("there", rollup.isRefreshable());
    one.put("populated", view.map(Rollup.View::populated));
    one.put("beside_readers", view.map(Rollup.View::besideReaders));
    one.put("bytes", view.flatMap(Rollup.View::bytes));
    one.put("tables", view.map(Rollup.View::sources));
    one.put("stale", view.map(Rollup.View::stale));
    one.put("refreshed_at", last.map(Rollup.Refresh::at));
    one.put("age_seconds", last.map(Rollup.Refresh::age));
    one.put("took_seconds", last.map(Rollup.Refresh::took));
    one.put("changes", last.flatMap(Rollup.Refresh::changes));
    one.put("failed_at", rollup.failure().map(Rollup.Failure::at));
    one.put("error", rollup.failure().map(Rollup.Failure::error));
    return one;
  }
}
