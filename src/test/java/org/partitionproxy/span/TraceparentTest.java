package org.partitionproxy.span;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceparentTest {

  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String SPAN = "00f067aa0ba902b7";
  private static final String PARENT = "00-" + TRACE + "-" + SPAN + "-01";

  @Test
  void readsTheCommentBehindAStatement() {
    Optional<SpanContext> found =
        Traceparent.find(
            "SELECT 1 /*action='%2Fbooks',traceparent='"
                + PARENT
                + "',tracestate='a%3Db%2Cc%3Dd'*/");
    assertThat(found).isPresent();
    assertThat(found.orElseThrow().getTraceId()).isEqualTo(TRACE);
    assertThat(found.orElseThrow().getSpanId()).isEqualTo(SPAN);
    assertThat(found.orElseThrow().isSampled()).isTrue();
    assertThat(found.orElseThrow().isRemote()).isTrue();
    assertThat(found.orElseThrow().getTraceState().get("c")).isEqualTo("d");
  }

  @Test
  void readsTheCommentBeforeAStatementAndEncodedValues() {
    String encoded = PARENT.replace("-", "%2D");
    assertThat(Traceparent.find("/* traceparent = '" + encoded + "' */ SELECT 1")).isPresent();
  }

  @Test
  void takesTheLastOfSeveralThatIsWellFormed() {
    String other = PARENT.replace(SPAN, "1111111111111111");
    String sql =
        "/*traceparent='" + other + "'*/ SELECT 1 /*traceparent='" + PARENT + "'*/ /*x='y'*/";
    assertThat(Traceparent.find(sql).orElseThrow().getSpanId()).isEqualTo(SPAN);
  }

  @Test
  void saysThatAnApplicationDoesNotRecord() {
    String unsampled = PARENT.substring(0, PARENT.length() - 1) + "0";
    assertThat(Traceparent.find("SELECT 1 /*traceparent='" + unsampled + "'*/").orElseThrow())
        .satisfies(c -> assertThat(c.getTraceFlags()).isEqualTo(TraceFlags.getDefault()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 1",
        "SELECT '/*traceparent=''" + PARENT + "''*/'",
        "SELECT 1 -- /*traceparent='" + PARENT + "'*/",
        "SELECT 1 /*traceparent='" + PARENT + "*/",
        "SELECT 1 /*traceparent=" + PARENT + "*/",
        "SELECT 1 /*xtraceparent='" + PARENT + "'*/",
        "SELECT 1 /*traceparent='00-" + TRACE + "-" + SPAN + "'*/",
        "SELECT 1 /*traceparent='ff-" + TRACE + "-" + SPAN + "-01'*/",
        "SELECT 1 /*traceparent='00-00000000000000000000000000000000-" + SPAN + "-01'*/",
        "SELECT 1 /*traceparent='00-" + TRACE + "-0000000000000000-01'*/",
        "SELECT 1 /*traceparent='00-" + TRACE + "-" + SPAN + "-zz'*/",
        "SELECT 1 /*traceparent='%zz'*/",
        "SELECT 1 /*traceparent='%4'*/",
        "SELECT 1 /*traceparent"
      })
  void ignoresWhatIsNone(String sql) {
    assertThat(Traceparent.find(sql)).isEmpty();
  }
}
