package org.partitionproxy.span;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.partitionproxy.inspect.SqlText;
import org.partitionproxy.topology.HostPort;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.TenantName;
import org.partitionproxy.topology.Topology;
import org.partitionproxy.trace.Forwarded;
import org.partitionproxy.trace.Problem;
import org.partitionproxy.trace.Purpose;
import org.partitionproxy.trace.Trace;

/**
 * Makes spans of traces, with the conventions' attributes for databases and ppp's own.
 *
 * <ul>
 *   <li>The statement on the veneer is a span of kind SERVER. The conventions know database calls
 *       as their callers see them, kind CLIENT: that is the application's own span, this one's
 *       parent. What ppp tells is the other end of it, and the veneer calls further.
 *   <li>A forwarded statement is a call as the veneer makes it, and so a CLIENT's.
 *   <li>{@code db.namespace} is the database and, where a tenant is known, its schema.
 *   <li>{@code db.operation.name} is the statement's first word: it says little, but backends group
 *       by it.
 *   <li>{@code error.type} is the SQLSTATE. The message stays here, for it may cite values.
 * </ul>
 *
 * @see <a href="https://opentelemetry.io/docs/specs/semconv/db/postgresql/">Semantic conventions
 *     for PostgreSQL</a>
 */
final class Spans {

  private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("db.system.name");
  private static final AttributeKey<String> NAMESPACE = AttributeKey.stringKey("db.namespace");
  private static final AttributeKey<String> TEXT = AttributeKey.stringKey("db.query.text");
  private static final AttributeKey<String> OPERATION = AttributeKey.stringKey("db.operation.name");
  private static final AttributeKey<String> ADDRESS = AttributeKey.stringKey("server.address");
  private static final AttributeKey<Long> PORT = AttributeKey.longKey("server.port");
  private static final AttributeKey<Long> RETURNED =
      AttributeKey.longKey("db.response.returned_rows");
  private static final AttributeKey<String> STATUS =
      AttributeKey.stringKey("db.response.status_code");
  private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");

  /** What the conventions want where an error has no name. */
  private static final String OTHER_ERROR = "_OTHER";

  private static final Set<String> CHANGES = Set.of("INSERT", "UPDATE", "DELETE", "MERGE", "COPY");
  private static final double NANOS = 1e9;

  private final Topology topology;
  private final UnaryOperator<String> shown;
  private final Tracer tracer;
  private final SpanIds ids;

  /**
   * @param shown a statement as it may be shown
   */
  Spans(Topology topology, UnaryOperator<String> shown, Tracer tracer, SpanIds ids) {
    this.topology = topology;
    this.shown = shown;
    this.tracer = tracer;
    this.ids = ids;
  }

  /**
   * Begins and ends a trace's spans.
   *
   * @return how many; 0 where the application has decided that its trace is not to be recorded
   */
  int make(Trace trace) {
    ids.begin(trace);
    Context parent =
        Traceparent.find(trace.statement())
            .map(found -> Context.root().with(Span.wrap(found)))
            .orElse(Context.root());
    Optional<ServerDefinition> veneer = topology.findServer(trace.veneer().value());
    SpanBuilder builder =
        begin(parent, SpanKind.SERVER, trace.statement(), veneer, trace.tenant(), trace.begin());
    veneer.map(ServerDefinition::endpoint).ifPresent(place -> place(builder, place));
    describe(builder, trace);
    Span span = builder.startSpan();
    fail(span, trace.problem());
    List<Forwarded> asked = trace.asked();
    Instant end = trace.begin().plus(trace.duration());
    for (int i = 0; i < asked.size(); i++) {
      ids.child(i);
      Instant over = make(parent.with(span), asked.get(i));
      end = over.isAfter(end) && trace.duration().isZero() ? over : end;
    }
    span.end(end);
    return span.getSpanContext().isSampled() ? 1 + asked.size() : 0;
  }

  private void describe(SpanBuilder builder, Trace trace) {
    builder.setAttribute("ppp.veneer", trace.veneer().value());
    builder.setAttribute("ppp.session", trace.session());
    trace.tenant().ifPresent(tenant -> builder.setAttribute("ppp.tenant", tenant.value()));
    trace.user().ifPresent(user -> builder.setAttribute("ppp.role", user));
    trace.queryId().ifPresent(id -> builder.setAttribute("ppp.query_id", id));
    rows(builder, trace.rows(), CHANGES.contains(SqlText.firstWord(trace.statement())));
    trace.rowsShipped().ifPresent(rows -> builder.setAttribute("ppp.rows_shipped", rows));
    trace.waste().ifPresent(waste -> builder.setAttribute("ppp.waste", waste));
    builder.setAttribute("ppp.seconds_on_shards", trace.timeOnShards().toNanos() / NANOS);
    builder.setAttribute(
        AttributeKey.stringArrayKey("ppp.shards"),
        trace.shards().stream().map(Object::toString).toList());
    if (!trace.exact()) {
      builder.setAttribute("ppp.guessed", true);
    }
  }

  /** Returns when it ended. */
  private Instant make(Context parent, Forwarded forwarded) {
    Optional<ServerDefinition> shard = topology.findServer(forwarded.shard().value());
    SpanBuilder builder =
        begin(
            parent,
            SpanKind.CLIENT,
            forwarded.statement(),
            shard,
            forwarded.tenant(),
            forwarded.begin());
    shard.map(s -> s.address().orElse(s.endpoint())).ifPresent(place -> place(builder, place));
    builder.setAttribute("ppp.shard", forwarded.shard().value());
    builder.setAttribute("ppp.session", forwarded.session());
    forwarded.tenant().ifPresent(tenant -> builder.setAttribute("ppp.tenant", tenant.value()));
    forwarded.user().ifPresent(user -> builder.setAttribute("ppp.role", user));
    builder.setAttribute("ppp.purpose", forwarded.purpose().toString());
    builder.setAttribute("ppp.fetches", forwarded.fetches());
    builder.setAttribute("ppp.executions", forwarded.executions());
    rows(builder, forwarded.rows(), forwarded.purpose() == Purpose.WRITE);
    Span span = builder.startSpan();
    fail(span, forwarded.problem());
    Instant end = forwarded.begin().plus(forwarded.duration());
    span.end(end);
    return end;
  }

  private SpanBuilder begin(
      Context parent,
      SpanKind kind,
      String statement,
      Optional<ServerDefinition> server,
      Optional<TenantName> tenant,
      Instant begin) {
    String operation = SqlText.firstWord(statement);
    String database = server.orElse(topology.veneer()).database().value();
    String namespace =
        tenant
            .flatMap(name -> topology.findTenant(name.value()))
            .map(Tenant::schema)
            .map(schema -> database + "|" + schema.value())
            .orElse(database);
    SpanBuilder builder =
        tracer
            .spanBuilder((operation + " " + namespace).strip())
            .setParent(parent)
            .setSpanKind(kind)
            .setStartTimestamp(begin)
            .setAttribute(SYSTEM, "postgresql")
            .setAttribute(NAMESPACE, namespace)
            .setAttribute(TEXT, shown.apply(statement));
    return operation.isEmpty() ? builder : builder.setAttribute(OPERATION, operation);
  }

  private static void place(SpanBuilder builder, HostPort place) {
    builder.setAttribute(ADDRESS, place.host()).setAttribute(PORT, (long) place.port());
  }

  private static void rows(SpanBuilder builder, OptionalLong rows, boolean changed) {
    rows.ifPresent(
        count -> {
          if (changed) {
            builder.setAttribute("ppp.rows_changed", count);
          } else {
            builder.setAttribute(RETURNED, count);
          }
        });
  }

  private static void fail(Span span, Optional<Problem> problem) {
    problem.ifPresent(
        p -> {
          span.setStatus(StatusCode.ERROR);
          span.setAttribute(ERROR, p.sqlState().isEmpty() ? OTHER_ERROR : p.sqlState());
          if (!p.sqlState().isEmpty()) {
            span.setAttribute(STATUS, p.sqlState());
          }
        });
  }
}
