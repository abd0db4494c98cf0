package org.partitionproxy.console;

import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.partitionproxy.ledger.Run;

/** The runs that the veneer's ledger knows, the newest last. */
public final class HistoryView {

  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

  private HistoryView() {}

  /**
   * @param zone in which times are shown
   */
  public static String render(List<Run> runs, ZoneId zone) {
    Table table =
        new Table()
            .column("started")
            .column("took")
            .column("command")
            .column("operator")
            .column("host")
            .column("version")
            .column("configuration")
            .numbers("changes")
            .column("outcome");
    for (Run run : runs) {
      table.row(
          TIME.format(run.startedAt().atZone(zone)),
          run.finishedAt().map(end -> Durations.compact(Duration.between(run.startedAt(), end))),
          run.origin().command(),
          run.origin().operator(),
          run.origin().host(),
          run.origin().version(),
          run.origin()
              .configuration()
              .substring(0, Math.min(12, run.origin().configuration().length())),
          run.changes(),
          run.outcome().orElse("running, or killed"));
    }
    return table.render();
  }
}
