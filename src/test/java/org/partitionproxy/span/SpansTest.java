package org.partitionproxy.span;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.partitionproxy.testing.SampleTrace;
import org.partitionproxy.trace.Purpose;
import org.partitionproxy.trace.Trace;

class SpansTest {

  private static final String APPLICATION = "4bf92f3577b34da6a3ce929d0e0e4736";

  /** The spans in the order in which they begin: the veneer's first. */
  private static List<SpanData> spans(Trace... traces) {
    Kept kept = new Kept();
    SpanIds ids = new SpanIds();
    try (SdkTracerProvider provider =
        SdkTracerProvider.builder()
            .setIdGenerator(ids)
            .addSpanProcessor(SimpleSpanProcessor.create(kept))
            .build()) {
      Spans spans =
          new Spans(
              SampleTrace.topology(),
              sql -> sql.replaceAll("'[^']*'", "?"),
              provider.get("test"),
              ids);
      for (Trace trace : traces) {
        int before = kept.spans.size();
        int made = spans.make(trace);
        assertThat(kept.spans).hasSize(before + made);
      }
    }
    List<SpanData> sorted = new ArrayList<>(kept.spans);
    sorted.sort((a, b) -> Long.compare(a.getStartEpochNanos(), b.getStartEpochNanos()));
    return sorted;
  }

  private static final class Kept implements SpanExporter {
    private final List<SpanData> spans = new ArrayList<>();

    @Override
    public CompletableResultCode export(Collection<SpanData> batch) {
      spans.addAll(batch);
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode flush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }
  }

  private static Map<String, Object> attributes(SpanData span) {
    Map<String, Object> attributes = new TreeMap<>();
    span.getAttributes().forEach((key, value) -> attributes.put(key.getKey(), value));
    return attributes;
  }

  private static SampleTrace orders() {
    return SampleTrace.of("SELECT * FROM orders WHERE name = 'Lucille'")
        .tenant("bluth-co")
        .millis(12)
        .rows(2)
        .queryId(-42)
        .read("shard1", "SELECT id FROM bluth_co.orders WHERE name = 'Lucille'", 4, 20);
  }

  @Test
  void hangsForwardedStatementsUnderTheVeneersStatement() {
    List<SpanData> spans =
        spans(orders().read("shard2", "SELECT id FROM initech.orders", 3, 5).build());
    SpanData veneer = spans.get(0);
    assertThat(spans).hasSize(3).extracting(SpanData::getTraceId).containsOnly(veneer.getTraceId());
    assertThat(spans.subList(1, 3))
        .extracting(SpanData::getParentSpanId)
        .containsOnly(veneer.getSpanId());
    assertThat(spans).extracting(SpanData::getSpanId).doesNotHaveDuplicates();
    assertThat(veneer.getParentSpanContext().isValid()).isFalse();
    assertThat(veneer.getKind()).isEqualTo(SpanKind.SERVER);
    assertThat(spans.get(1).getKind()).isEqualTo(SpanKind.CLIENT);
  }

  @Test
  void givesTheTimesOfTheLogs() {
    List<SpanData> spans = spans(orders().build());
    long begin = TimeUnit.SECONDS.toNanos(SampleTrace.BEGIN.getEpochSecond());
    assertThat(spans.get(0).getStartEpochNanos()).isEqualTo(begin);
    assertThat(spans.get(0).getEndEpochNanos()).isEqualTo(begin + 12_000_000);
    assertThat(spans.get(1).getStartEpochNanos()).isEqualTo(begin + 1_000_000);
    assertThat(spans.get(1).getEndEpochNanos()).isEqualTo(begin + 5_000_000);
  }

  @Test
  void describesBothEndsByTheConventionsForDatabases() {
    List<SpanData> spans = spans(orders().build());
    assertThat(spans).extracting(SpanData::getName).containsOnly("SELECT bookstore|bluth_co");
    assertThat(attributes(spans.get(0)))
        .containsEntry("db.system.name", "postgresql")
        .containsEntry("db.namespace", "bookstore|bluth_co")
        .containsEntry("db.operation.name", "SELECT")
        .containsEntry("db.query.text", "SELECT * FROM orders WHERE name = ?")
        .containsEntry("db.response.returned_rows", 2L)
        .containsEntry("server.address", "127.0.0.1")
        .containsEntry("server.port", 14797L)
        .containsEntry("ppp.tenant", "bluth-co")
        .containsEntry("ppp.query_id", -42L)
        .containsEntry("ppp.rows_shipped", 20L)
        .containsEntry("ppp.waste", 10.0)
        .containsEntry("ppp.seconds_on_shards", 0.004)
        .containsEntry("ppp.shards", List.of("shard1"))
        .doesNotContainKeys("error.type", "db.response.status_code", "ppp.guessed");
    assertThat(attributes(spans(orders().guessed().build()).get(0)))
        .containsEntry("ppp.guessed", true);
    assertThat(attributes(spans.get(1)))
        .containsEntry("db.query.text", "SELECT id FROM bluth_co.orders WHERE name = ?")
        .containsEntry("server.port", 29948L)
        .containsEntry("db.response.returned_rows", 20L)
        .containsEntry("ppp.shard", "shard1")
        .containsEntry("ppp.purpose", "read")
        .containsEntry("ppp.fetches", 1L);
  }

  @Test
  void hidesValues() {
    assertThat(spans(orders().problem("22P02", "invalid input: \"Lucille\"").build()))
        .allSatisfy(
            span -> assertThat(span.toString()).doesNotContain("Lucille").doesNotContain("secret"));
  }

  @Test
  void isAChildOfTheApplicationsSpan() {
    List<SpanData> spans =
        spans(
            SampleTrace.of("SELECT 1 /*traceparent='00-" + APPLICATION + "-00f067aa0ba902b7-01'*/")
                .read("shard1", "SELECT 1", 1, 1)
                .build());
    assertThat(spans).extracting(SpanData::getTraceId).containsOnly(APPLICATION);
    assertThat(spans.get(0).getParentSpanId()).isEqualTo("00f067aa0ba902b7");
    assertThat(spans.get(1).getParentSpanId()).isEqualTo(spans.get(0).getSpanId());
  }

  @Test
  void leavesOutWhatTheApplicationDoesNotRecord() {
    assertThat(
            spans(
                SampleTrace.of(
                        "SELECT 1 /*traceparent='00-" + APPLICATION + "-00f067aa0ba902b7-00'*/")
                    .read("shard1", "SELECT 1", 1, 1)
                    .build()))
        .isEmpty();
  }

  @Test
  void leavesOutTransactionControl() {
    assertThat(
            spans(
                orders()
                    .forward("shard1", Purpose.CONTROL, "COMMIT", 1, OptionalLong.empty())
                    .build()))
        .hasSize(2);
  }

  @Test
  void tellsAFailureByItsSqlState() {
    SpanData failed =
        spans(SampleTrace.of("SELECT 1/0").problem("22012", "division by zero").build()).get(0);
    assertThat(failed.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(attributes(failed))
        .containsEntry("error.type", "22012")
        .containsEntry("db.response.status_code", "22012");
  }

  @Test
  void tellsAFailureWithoutASqlState() {
    SpanData failed = spans(SampleTrace.of("SELECT 1/0").problem("", "gone").build()).get(0);
    assertThat(attributes(failed))
        .containsEntry("error.type", "_OTHER")
        .doesNotContainKey("db.response.status_code");
  }

  @Test
  void lastsAsLongAsItsChildrenWhereTheLogTellsNoDuration() {
    List<SpanData> spans =
        spans(
            SampleTrace.of("SELECT 1")
                .problem("57014", "canceled")
                .read("shard1", "SELECT 1", 30, 1)
                .build());
    assertThat(spans.get(0).getEndEpochNanos()).isEqualTo(spans.get(1).getEndEpochNanos());
  }

  @Test
  void tellsRowsChangedFromRowsReturned() {
    List<SpanData> spans =
        spans(
            SampleTrace.of("UPDATE orders SET total = 0")
                .rows(3)
                .forward("shard1", Purpose.WRITE, "UPDATE", 1, OptionalLong.of(3))
                .build());
    AttributeKey<Long> changed = AttributeKey.longKey("ppp.rows_changed");
    assertThat(spans).extracting(span -> span.getAttributes().get(changed)).containsOnly(3L);
    assertThat(attributes(spans.get(0))).doesNotContainKey("db.response.returned_rows");
  }

  @Test
  void givesTheSameStatementTheSameIds() {
    Trace trace = orders().build();
    assertThat(spans(trace))
        .extracting(SpanData::getSpanId)
        .isEqualTo(spans(trace).stream().map(SpanData::getSpanId).toList());
    assertThat(spans(trace).get(0).getTraceId()).isEqualTo(spans(trace).get(0).getTraceId());
  }

  @Test
  void tellsOneStatementFromAnother() {
    Instant later = SampleTrace.BEGIN.plusNanos(1000);
    List<SpanData> spans =
        spans(
            orders().build(),
            orders().build(),
            orders().begin(later).build(),
            orders().session("6a2b.20").build());
    assertThat(spans).hasSize(8).extracting(SpanData::getSpanId).doesNotHaveDuplicates();
    assertThat(spans.stream().map(SpanData::getTraceId).distinct()).hasSize(4);
  }

  @Test
  void doesNotStumbleOverTenantsAndServersThatTheFileDoesNotKnow() {
    SpanData span =
        spans(SampleTrace.of("").tenant("gone").read("shard9", "SELECT 1", 1, 1).build()).get(0);
    assertThat(span.getName()).isEqualTo("bookstore");
  }
}
