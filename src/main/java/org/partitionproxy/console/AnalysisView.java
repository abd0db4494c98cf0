package org.partitionproxy.console;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.provision.Analysis;
import org.partitionproxy.provision.AnalysisResult;

/** The tables whose statistics did not fit, as text and as JSON. */
public final class AnalysisView {

  private AnalysisView() {}

  /** What would be analyzed. */
  public static String render(Analysis analysis) {
    return analysis.tables().isEmpty()
        ? nothing(analysis.unreachable().isEmpty())
        : table(analysis.tables())
            + "\n"
            + Texts.count(analysis.tables().size(), "table")
            + " would be analyzed.\n";
  }

  public static String render(AnalysisResult result, Duration took) {
    return result.analyzed().isEmpty()
        ? nothing(result.outcome().diagnostics().isEmpty())
        : table(result.analyzed())
            + "\n"
            + Texts.count(result.analyzed().size(), "table")
            + " analyzed in "
            + Durations.compact(took)
            + ".\n";
  }

  private static String nothing(boolean complete) {
    return complete ? "Nothing to do: the statistics fit the tables.\n" : "Nothing was analyzed.\n";
  }

  private static String table(List<Analysis.StaleTable> tables) {
    Table table =
        new Table()
            .column("server")
            .column("tenant")
            .column("table")
            .numbers("rows")
            .numbers("changed")
            .column("why");
    for (Analysis.StaleTable one : tables) {
      table.row(one.veneer(), one.tenant(), one.table(), one.rows(), one.changed(), one.reason());
    }
    return table.render();
  }

  /** What would be analyzed. */
  public static String json(Analysis analysis) {
    return json(true, analysis.tables(), analysis.notes(), analysis.unreachable(), Duration.ZERO);
  }

  public static String json(AnalysisResult result, Duration took) {
    return json(false, result.analyzed(), result.notes(), result.outcome().diagnostics(), took);
  }

  private static String json(
      boolean dryRun,
      List<Analysis.StaleTable> tables,
      List<String> notes,
      List<Diagnostic> problems,
      Duration took) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("dry_run", dryRun);
    document.put("tables", tables.stream().map(AnalysisView::json).toList());
    document.put("notes", notes);
    document.put("seconds", took);
    document.put("problems", DiagnosticView.json(problems));
    return Json.pretty(document);
  }

  private static Map<String, Object> json(Analysis.StaleTable table) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("server", table.veneer());
    one.put("tenant", table.tenant());
    one.put("schema", table.table().schema());
    one.put("table", table.table().name());
    one.put("reason", table.reason().name().toLowerCase(Locale.ROOT));
    one.put("rows", table.rows());
    one.put("changed", table.changed());
    return one;
  }
}
