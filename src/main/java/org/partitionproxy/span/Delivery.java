package org.partitionproxy.span;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.net.ConnectException;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;

/**
 * Hands batches on, counts what was taken, and tells when something is no longer taken: once for
 * each time that it begins.
 */
final class Delivery implements SpanExporter {

  private final SpanExporter exporter;
  private final String target;
  private final Consumer<Diagnostic> warnings;
  private final AtomicLong taken = new AtomicLong();
  private final AtomicBoolean failing = new AtomicBoolean();

  /**
   * @param target as a message names it
   * @param warnings called from threads of the exporter's
   */
  Delivery(SpanExporter exporter, String target, Consumer<Diagnostic> warnings) {
    this.exporter = exporter;
    this.target = target;
    this.warnings = warnings;
  }

  /** Spans that were taken. */
  long taken() {
    return taken.get();
  }

  /** Whether the last batch was not taken. */
  boolean isFailing() {
    return failing.get();
  }

  @Override
  public CompletableResultCode export(Collection<SpanData> spans) {
    int count = spans.size();
    CompletableResultCode result = exporter.export(spans);
    CompletableResultCode noted = new CompletableResultCode();
    result.whenComplete(
        () -> {
          if (result.isSuccess()) {
            taken.addAndGet(count);
            failing.set(false);
            noted.succeed();
          } else {
            note(result);
            noted.fail();
          }
        });
    return noted;
  }

  private void note(CompletableResultCode result) {
    if (failing.compareAndSet(false, true)) {
      warnings.accept(
          Diagnostic.warning(
              Code.SPANS_NOT_TAKEN,
              target + " takes no spans" + reason(result),
              "Nothing else is affected. What comes in the meantime is dropped; it is tried"
                  + " again with what comes next."));
    }
  }

  /** By the innermost cause, for those around it say the same with more words. */
  private static String reason(CompletableResultCode result) {
    Throwable root = result.getFailureThrowable();
    if (root == null || root.getCause() == null) {
      return "";
    }
    while (root.getCause() != null) {
      root = root.getCause();
      if (root instanceof ConnectException) {
        return ": nobody answers there";
      }
    }
    return ": " + (root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage());
  }

  @Override
  public CompletableResultCode flush() {
    return exporter.flush();
  }

  @Override
  public CompletableResultCode shutdown() {
    return exporter.shutdown();
  }
}
