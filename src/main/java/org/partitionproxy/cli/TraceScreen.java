package org.partitionproxy.cli;

import java.io.PrintWriter;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.partitionproxy.console.DiagnosticView;
import org.partitionproxy.console.Terminal;
import org.partitionproxy.console.TraceJsonView;
import org.partitionproxy.console.TraceView;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.inspect.Values;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.trace.Condition;
import org.partitionproxy.trace.HiddenTrace;
import org.partitionproxy.trace.Purpose;
import org.partitionproxy.trace.Trace;
import org.partitionproxy.trace.TraceFilter;
import org.partitionproxy.trace.TraceWatch;

/** Traces on stdout, the rest on stderr. */
final class TraceScreen implements TraceWatch.Listener {

  /**
   * How it shows what it shows.
   *
   * @param limit of traces that are kept back: those before now, or the offenders
   * @param limitTold whether it is said that there were more
   */
  record Form(
      boolean json, boolean all, Values values, int limit, boolean limitTold, ZoneId zone) {}

  /** What is kept back until all are known. */
  private record Shown(Trace trace, List<String> met) {}

  private final PrintWriter out;
  private final PrintWriter err;
  private final Terminal terminal;
  private final Form form;
  private final List<Condition> conditions;
  private final TraceFilter filter;
  private final TraceOutlets outlets;
  private final TraceView view;
  private final TraceJsonView jsonView;
  private final Deque<Shown> kept = new ArrayDeque<>();

  private final List<ServerName> away = new ArrayList<>();
  private boolean live;
  private long watched;
  private long offenders;
  private long withoutWork;
  private long withoutRows;
  private boolean limited;

  TraceScreen(
      PrintWriter out,
      PrintWriter err,
      Terminal terminal,
      Form form,
      TraceFilter filter,
      TraceOutlets outlets,
      List<Condition> conditions) {
    this.out = out;
    this.err = err;
    this.terminal = terminal;
    this.form = form;
    this.filter = filter;
    this.outlets = outlets;
    this.conditions = List.copyOf(conditions);
    this.view = new TraceView(form.zone(), terminal.outColors(), form.all());
    this.jsonView = new TraceJsonView(form.all());
  }

  @Override
  public void warn(List<Diagnostic> warnings) {
    if (!warnings.isEmpty()) {
      err.print(DiagnosticView.render(warnings, terminal.errColors()));
      err.flush();
    }
  }

  @Override
  public void disconnected(ServerName server, SqlFailure reason) {
    away.add(server);
    err.println(reason.diagnostics().get(0).summary() + "; waiting for it");
    err.flush();
  }

  @Override
  public void reconnected(ServerName server) {
    away.remove(server);
    err.println("server \"" + server + "\" answers again");
    err.flush();
  }

  @Override
  public boolean show(List<Trace> traces) {
    List<Trace> concerned = traces.stream().filter(filter::concerns).toList();
    outlets.show(concerned);
    if (!outlets.web) {
      concerned.forEach(this::take);
    }
    out.flush();
    return !out.checkError();
  }

  private void take(Trace trace) {
    watched++;
    if (conditions.isEmpty()) {
      if (filter.shows(trace)) {
        keep(new Shown(trace, List.of()));
      } else {
        withoutWork++;
      }
      return;
    }
    List<String> met = new ArrayList<>();
    for (Condition condition : conditions) {
      condition.metBy(trace).ifPresent(how -> met.add(condition + ": " + how));
    }
    if (conditions.stream().anyMatch(Condition::isOfRows) && lacksRows(trace)) {
      withoutRows++;
    }
    if (!met.isEmpty()) {
      offenders++;
      keep(new Shown(trace, met));
    }
  }

  private static boolean lacksRows(Trace trace) {
    return trace.problem().isEmpty()
        && trace.waste().isEmpty()
        && trace.forwarded().stream().anyMatch(one -> one.purpose() == Purpose.READ);
  }

  private void keep(Shown one) {
    if (live) {
      print(one);
      return;
    }
    kept.add(one);
    if (kept.size() > form.limit()) {
      limited = true;
      kept.removeFirst();
    }
  }

  /** Prints what was kept back, and from now on what comes as it comes. */
  void release() {
    kept.forEach(this::print);
    kept.clear();
    live = true;
    out.flush();
  }

  private void print(Shown one) {
    Trace trace = HiddenTrace.of(one.trace(), form.values());
    if (form.json()) {
      out.print(jsonView.render(trace, one.met()));
      return;
    }
    one.met().forEach(how -> out.println(terminal.outColors().red(how)));
    out.print(view.render(List.of(trace)));
  }

  /** Whether each server's log could be read to its end. */
  boolean isComplete() {
    return away.isEmpty();
  }

  /** How many statements met a condition. */
  long offenders() {
    return offenders;
  }

  /** Says what was left out. */
  void end() {
    away.forEach(server -> err.println("what " + server + " was asked meanwhile is not known"));
    if (limited && form.limitTold()) {
      err.println("only the newest " + form.limit() + " are shown; --limit N shows more");
    }
    if (withoutWork > 0) {
      err.println(
          count(withoutWork, "statement")
              + (withoutWork == 1
                  ? " that asks shards nothing was"
                  : " that ask shards nothing were")
              + " left out; --all shows them");
    }
    if (withoutRows > 0) {
      warn(
          List.of(
              Diagnostic.warning(
                  Code.ROWS_NOT_LOGGED,
                  "the waste of " + count(withoutRows, "statement") + " is not known",
                  "Servers log no numbers of rows now; `inspection: rows` in shards.yaml, or"
                      + " `ppp inspection set rows`, has them do so.")));
    }
    err.flush();
  }

  /** Says how many met a condition. */
  void verdict() {
    err.println(
        offenders == 0
            ? "none of " + count(watched, "statement") + " meets a condition of --fail-if"
            : offenders
                + " of "
                + count(watched, "statement")
                + (offenders == 1 ? " meets" : " meet")
                + " a condition of --fail-if");
    err.flush();
  }

  private static String count(long number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }
}
