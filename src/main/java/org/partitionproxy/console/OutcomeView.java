package org.partitionproxy.console;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.partitionproxy.diagnostic.ExitCode;
import org.partitionproxy.migrate.MigrationResult;
import org.partitionproxy.provision.Outcome;

/** What a run did, in a line or as JSON; what it did not do is in its diagnostics. */
public final class OutcomeView {

  private OutcomeView() {}

  public static String render(Outcome outcome, Duration took) {
    int migrated = outcome.migrations().map(m -> m.migrated().size()).orElse(0);
    boolean complete = outcome.exitCode() == ExitCode.DONE;
    if (complete && outcome.changes() == 0 && migrated == 0) {
      return "Nothing to do: the servers match shards.yaml.\n";
    }
    StringBuilder text = new StringBuilder(complete ? "Done: " : "Not complete: ");
    text.append(Texts.count(outcome.changes(), "change")).append(" made");
    if (migrated > 0) {
      text.append(", ").append(Texts.count(migrated, "tenant")).append(" migrated");
    }
    return text.append(" in ").append(Durations.compact(took)).append(".\n").toString();
  }

  public static String json(Outcome outcome, Duration took) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("outcome", outcome.exitCode().name().toLowerCase(java.util.Locale.ROOT));
    document.put("changes", outcome.changes());
    document.put("migrated", outcome.migrations().map(MigrationResult::migrated));
    document.put("seconds", took);
    document.put("problems", DiagnosticView.json(outcome.diagnostics()));
    return Json.pretty(document);
  }
}
