package org.partitionproxy.cli;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.partitionproxy.console.HistoryView;
import org.partitionproxy.console.Json;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.ledger.Ledger;
import org.partitionproxy.ledger.Run;
import org.partitionproxy.ledger.RunLog;
import org.partitionproxy.topology.ServerDefinition;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ppp history}: who applied what, and when. */
@Command(
    name = "history",
    description = "Shows who applied what, when, with which version and configuration.")
final class HistoryCommand implements Runnable {

  @Mixin CommonOptions common = new CommonOptions();
  @Mixin OutputOption output = new OutputOption();
  @Mixin Console console = new Console();

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "50",
      description = "How many of the newest runs. Default: ${DEFAULT-VALUE}")
  int limit = 50;

  @Override
  public void run() {
    if (limit < 0) {
      throw new PppException(
          Diagnostic.error(
              Code.USAGE, "--limit is \"" + limit + "\"", "It is a number of runs, 0 or more."));
    }
    List<Run> runs = read(Workspace.open(common, "history"));
    console.out(
        output.json() ? Json.pretty(runs) : HistoryView.render(runs, ZoneId.systemDefault()));
  }

  /** Of all veneers: one that is new has none of what was before it. */
  private List<Run> read(Workspace workspace) {
    List<List<Run>> histories = new ArrayList<>();
    List<SqlFailure> away = new ArrayList<>();
    for (ServerDefinition veneer : workspace.topology().veneers()) {
      try (Session session = workspace.connector().superuser(veneer)) {
        if (new Ledger(session).stamp().isPresent()) {
          histories.add(new RunLog(session).newest(limit));
        }
      } catch (SqlFailure e) {
        if (e.isUnreachable()) {
          away.add(e);
        } else if (e.diagnostics().get(0).code() != Code.DATABASE_MISSING) {
          throw e;
        }
      }
    }
    if (histories.isEmpty()) {
      throw away.isEmpty() ? notInitialized() : away.get(0);
    }
    return Run.merge(histories, limit);
  }

  private static PppException notInitialized() {
    return new PppException(
        Diagnostic.error(
            Code.NOT_INITIALIZED, "the veneer has no ledger yet", "`ppp initialize` makes it."));
  }
}
