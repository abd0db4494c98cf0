package org.partitionproxy.span;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanLimits;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.topology.Topology;
import org.partitionproxy.trace.Trace;

/**
 * Writes traces as OpenTelemetry spans, in batches, from a thread of its own. What takes them may
 * be slow, or away: then spans are dropped, and the reader of the traces goes on.
 */
public final class SpanExport implements AutoCloseable {

  private static final Duration INTERVAL = Duration.ofSeconds(1);

  /** With {@link #LONGEST_TEXT}, some 16 MB at most. */
  private static final int QUEUE = 4096;

  private static final int BATCH = 512;
  private static final int LONGEST_TEXT = 4096;

  /** After so many spans it is waited for what takes them. */
  private static final int STRIDE = QUEUE / 2;

  private static final long STRIDE_SECONDS = 2;
  private static final long CLOSE_SECONDS = 8;
  private static final long NOWHERE = -1;

  /** OpenTelemetry's own words about failures: ppp has its own. Held, for Java forgets them. */
  private final Logger silenced = Logger.getLogger("io.opentelemetry");

  private final Delivery delivery;
  private final String target;
  private final Consumer<Diagnostic> warnings;
  private final BatchSpanProcessor batches;
  private final SdkTracerProvider provider;
  private final Spans spans;
  private long made;
  private int sinceWait;

  /** How many spans had been taken when they were waited for in vain. */
  private long stuckAt = NOWHERE;

  private boolean closed;

  private SpanExport(
      Delivery delivery,
      String target,
      Topology topology,
      UnaryOperator<String> shown,
      Consumer<Diagnostic> warnings) {
    silenced.setLevel(Level.OFF);
    this.delivery = delivery;
    this.target = target;
    this.warnings = warnings;
    this.batches =
        BatchSpanProcessor.builder(delivery)
            .setScheduleDelay(INTERVAL)
            .setMaxQueueSize(QUEUE)
            .setMaxExportBatchSize(BATCH)
            .build();
    SpanIds ids = new SpanIds();
    this.provider =
        SdkTracerProvider.builder()
            .setIdGenerator(ids)
            .setSpanLimits(SpanLimits.builder().setMaxAttributeValueLength(LONGEST_TEXT).build())
            .setResource(
                Resource.getDefault()
                    .merge(
                        Resource.create(
                            Attributes.of(
                                AttributeKey.stringKey("service.name"), topology.name()))))
            .addSpanProcessor(batches)
            .build();
    this.spans = new Spans(topology, shown, provider.get("org.partitionproxy"), ids);
  }

  /**
   * @param fileOrUrl a file, to which lines of JSON are appended, or the URL of a collector that
   *     takes OTLP over HTTP; with no path of its own, its {@code /v1/traces}
   * @param environment whose {@code OTEL_EXPORTER_OTLP_HEADERS} a collector gets with each request
   * @param shown makes of a statement what may be shown of it
   * @param warnings that spans are no longer taken, or were dropped; called from several threads
   * @throws org.partitionproxy.diagnostic.PppException if it is neither, or the file can't be
   *     written; whether a collector answers is found out later
   */
  public static SpanExport to(
      String fileOrUrl,
      Map<String, String> environment,
      Topology topology,
      UnaryOperator<String> shown,
      Consumer<Diagnostic> warnings) {
    SpanTarget target = SpanTarget.parse(fileOrUrl);
    Delivery delivery = new Delivery(target.open(environment), target.title(), warnings);
    return new SpanExport(delivery, target.title(), topology, shown, warnings);
  }

  /**
   * Queues the traces' spans. What takes them is waited for only as long as it keeps pace: a burst
   * is written whole, and nothing is held up by who hangs.
   */
  public synchronized void export(List<Trace> traces) {
    if (closed) {
      return;
    }
    for (Trace trace : traces) {
      int count = spans.make(trace);
      made += count;
      sinceWait += count;
      if (sinceWait >= STRIDE) {
        keepPace();
      }
    }
  }

  private void keepPace() {
    sinceWait = 0;
    long taken = delivery.taken();
    if (delivery.isFailing() || taken == stuckAt) {
      return;
    }
    boolean kept = batches.forceFlush().join(STRIDE_SECONDS, TimeUnit.SECONDS).isSuccess();
    stuckAt = kept ? NOWHERE : taken;
  }

  /** Writes what is left, for some seconds at most, and tells how much was dropped. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    provider.shutdown().join(delivery.isFailing() ? 1 : CLOSE_SECONDS, TimeUnit.SECONDS);
    long dropped = made - delivery.taken();
    if (dropped > 0) {
      warnings.accept(
          Diagnostic.warning(
              Code.SPANS_NOT_TAKEN,
              dropped + " of " + made + " spans were not taken by " + target,
              "Run it again with --since for what the logs still hold: the spans get the same"
                  + " ids."));
    }
  }
}
