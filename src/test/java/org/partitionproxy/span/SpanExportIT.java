package org.partitionproxy.span;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.testing.SampleTrace;
import org.partitionproxy.trace.Trace;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Spans in files, and at a collector of the test's own. */
class SpanExportIT {

  private static final JsonMapper JSON = new JsonMapper();

  @TempDir Path folder;
  private final List<Diagnostic> warnings = new CopyOnWriteArrayList<>();

  private SpanExport open(String target) {
    return open(target, Map.of());
  }

  private SpanExport open(String target, Map<String, String> environment) {
    return SpanExport.to(
        target,
        environment,
        SampleTrace.topology(),
        sql -> sql.replaceAll("'[^']*'", "?"),
        warnings::add);
  }

  private static Trace trace(int number) {
    return SampleTrace.of("SELECT * FROM orders WHERE name = 'Lucille'")
        .tenant("bluth-co")
        .begin(SampleTrace.BEGIN.plusMillis(number))
        .millis(12)
        .rows(2)
        .read("shard1", "SELECT id FROM bluth_co.orders", 4, 20)
        .build();
  }

  private static List<Trace> traces(int count) {
    List<Trace> traces = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      traces.add(trace(i));
    }
    return traces;
  }

  private static List<JsonNode> spansIn(Path file) throws IOException {
    List<JsonNode> spans = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      JsonNode batch = JSON.readTree(line);
      for (JsonNode resource : batch.required("resourceSpans")) {
        for (JsonNode scope : resource.required("scopeSpans")) {
          scope.required("spans").forEach(spans::add);
        }
      }
    }
    return spans;
  }

  @Test
  void writesLinesOfJsonBehindWhatIsInTheFile() throws IOException {
    Path file = folder.resolve("spans.jsonl");
    for (int run = 0; run < 2; run++) {
      try (SpanExport export = open(file.toString())) {
        export.export(traces(1));
      }
    }
    List<JsonNode> spans = spansIn(file);
    assertThat(spans).hasSize(4);
    JsonNode child = spans.get(0);
    JsonNode veneer = spans.get(1);
    assertThat(child.required("parentSpanId")).isEqualTo(veneer.required("spanId"));
    assertThat(child.required("traceId")).isEqualTo(veneer.required("traceId"));
    assertThat(veneer.required("traceId").asString()).matches("[0-9a-f]{32}");
    assertThat(veneer.required("startTimeUnixNano").asString()).isEqualTo("1795168800000000000");
    assertThat(spans.get(2)).isEqualTo(child);
    assertThat(Files.readString(file))
        .contains("service.name", "SELECT * FROM orders WHERE name = ?")
        .doesNotContain("Lucille", "secret");
    assertThat(warnings).isEmpty();
  }

  @Test
  void losesNothingOfABurst() throws IOException {
    Path file = folder.resolve("spans.jsonl");
    try (SpanExport export = open(file.toString())) {
      export.export(traces(3000));
    }
    assertThat(spansIn(file)).hasSize(6000);
    assertThat(warnings).isEmpty();
  }

  @Test
  void sendsToACollector() throws IOException {
    Collector collector = new Collector(200);
    try (SpanExport export = open(collector.url())) {
      export.export(traces(3));
    } finally {
      collector.stop();
    }
    assertThat(collector.requests).containsOnly("POST /v1/traces application/x-protobuf");
    assertThat(String.join("", collector.bodies))
        .contains("SELECT * FROM orders WHERE name = ?", "shard1", "bluth-co")
        .doesNotContain("Lucille", "secret");
    assertThat(warnings).isEmpty();
  }

  @Test
  void logsInAtACollectorByHeadersOfTheEnvironment() throws IOException {
    Collector collector = new Collector(200, "authorization: Basic Ym9iOmh1c2g=", "x-who: a,b +%c");
    String headers = " Authorization = Basic%20Ym9iOmh1c2g= ,x-who=a%2Cb +%c,";
    try (SpanExport export = open(collector.url(), Map.of("OTEL_EXPORTER_OTLP_HEADERS", headers))) {
      export.export(traces(1));
    }
    assertThat(collector.bodies).hasSize(1);
    assertThat(warnings).isEmpty();
    try (SpanExport export =
        open(
            collector.url(),
            Map.of(
                "OTEL_EXPORTER_OTLP_HEADERS",
                headers,
                "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
                "authorization=hush"))) {
      export.export(traces(1));
    } finally {
      collector.stop();
    }
    assertThat(collector.bodies).hasSize(1);
    assertThat(warnings).hasSize(2);
    assertThat(warnings.toString()).contains("takes no spans").doesNotContain("hush");
  }

  @Test
  void neverRepeatsHeadersThatItCannotRead() {
    for (String headers :
        List.of("hush", "=hush", "a b=hush", "a=hush%0Ahush", "a=hush%C3%A9", "a=1,hush")) {
      assertThatExceptionOfType(PppException.class)
          .isThrownBy(
              () -> open("http://127.0.0.1:1", Map.of("OTEL_EXPORTER_OTLP_HEADERS", headers)))
          .satisfies(
              problem ->
                  assertThat(problem.diagnostics().toString())
                      .contains("OTEL_EXPORTER_OTLP_HEADERS")
                      .doesNotContain("hush"));
    }
  }

  @Test
  void keepsAPathOfTheCollectorsOwn() throws IOException {
    Collector collector = new Collector(200);
    try (SpanExport export = open(collector.url() + "/otlp/traces")) {
      export.export(traces(1));
    } finally {
      collector.stop();
    }
    assertThat(collector.requests).containsOnly("POST /otlp/traces application/x-protobuf");
  }

  @Test
  void warnsOnceOfACollectorThatRefuses() throws IOException {
    Collector collector = new Collector(401);
    try (SpanExport export = open(collector.url())) {
      export.export(traces(2000));
    } finally {
      collector.stop();
    }
    assertThat(warnings).extracting(Diagnostic::code).containsOnly(Code.SPANS_NOT_TAKEN).hasSize(2);
    assertThat(warnings.get(0).summary())
        .isEqualTo("the collector at " + collector.url() + " takes no spans");
    assertThat(warnings.get(1).summary())
        .isEqualTo("4000 of 4000 spans were not taken by the collector at " + collector.url());
  }

  @Test
  @Timeout(60)
  void goesOnWithoutACollector() throws IOException {
    String url = "http://127.0.0.1:" + freePort();
    try (SpanExport export = open(url)) {
      export.export(traces(2000));
      export.export(traces(2000));
    }
    assertThat(warnings).hasSize(2);
    assertThat(warnings.get(0).summary())
        .isEqualTo("the collector at " + url + " takes no spans: nobody answers there");
    assertThat(warnings.get(1).summary()).startsWith("8000 of 8000 spans were not taken");
  }

  @Test
  void refusesWhatIsNeitherAFileNorACollector() {
    for (String target :
        List.of(
            "", "grpc://127.0.0.1:4317", "http://", "http:///x", "http://a b", "http://me:pw@h")) {
      assertThatExceptionOfType(PppException.class)
          .isThrownBy(() -> open(target))
          .satisfies(
              problem -> {
                assertThat(problem.diagnostics().get(0).code()).isEqualTo(Code.USAGE);
                assertThat(problem.diagnostics().toString()).doesNotContain("pw");
              });
    }
  }

  @Test
  void saysWhichFileItCannotWrite() {
    String file = folder.resolve("missing/spans.jsonl").toString();
    assertThatExceptionOfType(PppException.class)
        .isThrownBy(() -> open(file))
        .satisfies(
            problem ->
                assertThat(problem.diagnostics().get(0).code())
                    .isEqualTo(Code.SPAN_FILE_UNWRITABLE));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Keeps what it is sent. */
  private static final class Collector {
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> bodies = new CopyOnWriteArrayList<>();
    private final HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    private final int status;
    private final List<String> demanded;

    /**
     * @param demanded headers without which it answers 401
     */
    Collector(int status, String... demanded) throws IOException {
      this.status = status;
      this.demanded = List.of(demanded);
      server.createContext("/", this::take);
      server.start();
    }

    private void take(HttpExchange exchange) throws IOException {
      byte[] body = exchange.getRequestBody().readAllBytes();
      if (!demanded.stream().allMatch(header -> has(exchange, header))) {
        exchange.sendResponseHeaders(401, -1);
        exchange.close();
        return;
      }
      requests.add(
          exchange.getRequestMethod()
              + " "
              + exchange.getRequestURI()
              + " "
              + exchange.getRequestHeaders().getFirst("Content-Type"));
      bodies.add(new String(body, StandardCharsets.UTF_8));
      exchange.sendResponseHeaders(status, -1);
      exchange.close();
    }

    private static boolean has(HttpExchange exchange, String header) {
      String[] parts = header.split(": ", 2);
      return parts[1].equals(exchange.getRequestHeaders().getFirst(parts[0]));
    }

    String url() {
      return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    void stop() {
      server.stop(0);
    }
  }
}
