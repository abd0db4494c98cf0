package org.partitionproxy.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.console.Colors;
import org.partitionproxy.console.DiagnosticView;
import org.partitionproxy.console.ExplainView;
import org.partitionproxy.explain.ExplainRequest;
import org.partitionproxy.explain.Explainer;
import org.partitionproxy.inspect.Values;
import org.partitionproxy.span.SpanExport;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Topology;
import org.partitionproxy.trace.Trace;
import org.partitionproxy.web.TracePage;
import picocli.CommandLine.Option;

/** Where traces go besides the terminal: a page, spans. */
final class TraceOutlets implements AutoCloseable {

  @Option(
      names = "--web",
      description = "Show a page on this machine instead: prints its address, until interrupted.")
  boolean web;

  @Option(
      names = "--otlp",
      paramLabel = "FILE|URL",
      description =
          "Write each trace as OpenTelemetry spans too: as lines of JSON, or to a collector"
              + " (OTLP over HTTP).")
  @Nullable String otlp;

  private @Nullable TracePage page;
  private @Nullable SpanExport spans;

  /** Opens what was asked for. */
  void open(
      Workspace workspace,
      ServerDefinition veneer,
      Values values,
      PrintWriter out,
      PrintWriter err) {
    Topology topology = workspace.topology();
    if (otlp != null) {
      spans =
          SpanExport.to(
              otlp,
              System.getenv(),
              topology,
              values::inSql,
              warning -> {
                err.print(DiagnosticView.render(List.of(warning)));
                err.flush();
              });
    }
    if (web) {
      Explainer explainer = new Explainer(topology, workspace.connector());
      page =
          new TracePage(
              topology, trace -> plan(explainer, topology, veneer, trace, values), values);
      out.println("The page is at " + page.address());
      out.flush();
    }
  }

  /** As whoever ran it; roles that are not ppp's have no password here, and are not asked for. */
  private static String plan(
      Explainer explainer, Topology topology, ServerDefinition veneer, Trace trace, Values values) {
    Identifier role = trace.user().map(Identifier::of).orElseGet(topology::appRole);
    return new ExplainView(Colors.NONE)
        .render(explainer.explain(ExplainRequest.planned(veneer, role, trace.statement(), values)));
  }

  void show(List<Trace> traces) {
    Optional.ofNullable(page).ifPresent(one -> one.publish(traces));
    Optional.ofNullable(spans).ifPresent(one -> one.export(traces));
  }

  @Override
  public void close() {
    if (page != null) {
      page.close();
    }
    if (spans != null) {
      spans.close();
    }
  }
}
