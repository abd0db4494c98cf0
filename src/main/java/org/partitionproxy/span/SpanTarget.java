package org.partitionproxy.span;

import io.opentelemetry.exporter.logging.otlp.internal.traces.OtlpStdoutSpanExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporterBuilder;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;

/**
 * Where spans go.
 *
 * @param text as it was given
 * @param url of a collector; empty for a file
 * @param title as messages name it, without what a URL may hold of secrets
 */
record SpanTarget(String text, Optional<URI> url, String title) {

  /** Of the exporter's whole work on a batch; it is not waited for where it takes that long. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(2);

  /** Where a collector listens whose URL has no path, by OTLP's specification. */
  private static final String DEFAULT_PATH = "/v1/traces";

  /**
   * @throws PppException if it is neither a file's name nor the URL of a collector
   */
  static SpanTarget parse(String fileOrUrl) {
    if (fileOrUrl.isBlank()) {
      throw usage(fileOrUrl);
    }
    if (!fileOrUrl.contains("://")) {
      return new SpanTarget(fileOrUrl, Optional.empty(), "file \"" + fileOrUrl + "\"");
    }
    URI url = uri(fileOrUrl);
    if (url.getUserInfo() != null) {
      throw new PppException(
          Diagnostic.error(
              Code.USAGE,
              "the collector's URL holds a user",
              "Leave it out: a command line can be read by everybody on this machine."));
    }
    boolean noPath = url.getRawPath().isEmpty() || url.getRawPath().equals("/");
    String title = url.getScheme() + "://" + url.getRawAuthority();
    return new SpanTarget(
        fileOrUrl,
        Optional.of(noPath ? url.resolve(DEFAULT_PATH) : url),
        "the collector at " + title);
  }

  private static URI uri(String text) {
    try {
      URI url = URI.create(text);
      String scheme = url.getScheme().toLowerCase(Locale.ROOT);
      if (url.getHost() != null && (scheme.equals("http") || scheme.equals("https"))) {
        return url;
      }
    } catch (IllegalArgumentException e) {
      // It is told below.
    }
    throw usage(text);
  }

  private static PppException usage(String text) {
    return new PppException(
        Diagnostic.error(
            Code.USAGE,
            "spans can't go to \"" + text.replaceFirst("//[^/]*@", "//…@") + "\"",
            "Give a file, or the URL of a collector that takes OTLP over HTTP:"
                + " http://127.0.0.1:4318"));
  }

  /**
   * @param environment in which a collector's headers may be
   * @throws PppException if the file can't be written, or the headers can't be read
   */
  SpanExporter open(Map<String, String> environment) {
    return url.map(to -> collector(to, CollectorHeaders.of(environment)))
        .orElseGet(() -> file(text));
  }

  private static SpanExporter collector(URI url, CollectorHeaders headers) {
    OtlpHttpSpanExporterBuilder builder = OtlpHttpSpanExporter.builder();
    headers.forEach(builder::addHeader);
    return builder
        .setEndpoint(url.toString())
        .setTimeout(PATIENCE)
        .setConnectTimeout(CONNECT_PATIENCE)
        .setRetryPolicy(
            RetryPolicy.builder()
                .setMaxAttempts(3)
                .setInitialBackoff(Duration.ofMillis(200))
                .setMaxBackoff(Duration.ofSeconds(1))
                .build())
        .build();
  }

  /**
   * A line of JSON for each batch, as a collector's {@code otlpjsonfile} receiver reads it; behind
   * what is there.
   *
   * @see <a href="https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/">OpenTelemetry
   *     Protocol File Exporter</a>
   */
  private static SpanExporter file(String name) {
    try {
      OutputStream file =
          Files.newOutputStream(
              Path.of(name), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      return OtlpStdoutSpanExporter.builder().setOutput(file).setWrapperJsonObject(true).build();
    } catch (IOException | InvalidPathException e) {
      throw new PppException(
          Diagnostic.error(
              Code.SPAN_FILE_UNWRITABLE,
              "spans can't be written to file \"" + name + "\": " + e.getMessage(),
              "Name a file in a folder that exists and that you may write."),
          e);
    }
  }
}
