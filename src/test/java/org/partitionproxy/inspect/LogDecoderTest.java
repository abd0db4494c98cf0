package org.partitionproxy.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogDecoderTest {

  private final LogDecoder decoder = new LogDecoder(new LogClock("UTC"));

  private LogEntry decode(String severity, String rest) {
    String line =
        "{\"timestamp\":\"2026-11-20 10:43:10.123 UTC\",\"user\":\"bluth_co_app\","
            + "\"dbname\":\"bookstore\",\"pid\":4711,\"remote_host\":\"127.0.0.1\","
            + "\"session_id\":\"6739d1c3.1267\",\"line_num\":3,\"error_severity\":\""
            + severity
            + "\","
            + rest
            + ",\"application_name\":\"ppp:1.2\",\"query_id\":-17}";
    return decoder.decode(line.getBytes(StandardCharsets.UTF_8)).orElseThrow();
  }

  @Test
  void readsAStatement() {
    LogEntry entry = decode("LOG", "\"message\":\"statement: SELECT 'ü: \\u00e9'\\n FROM t\"");
    assertThat(entry.timestamp()).isEqualTo(Instant.parse("2026-11-20T10:43:10.123Z"));
    assertThat(entry.kind()).isEqualTo(LogEntry.Kind.STATEMENT);
    assertThat(entry.statement()).contains("SELECT 'ü: é'\n FROM t");
    assertThat(entry.sessionId()).isEqualTo("6739d1c3.1267");
    assertThat(entry.lineNumber()).isEqualTo(3);
    assertThat(entry.pid()).isEqualTo(4711);
    assertThat(entry.user()).contains("bluth_co_app");
    assertThat(entry.database()).contains("bookstore");
    assertThat(entry.application()).contains("ppp:1.2");
    assertThat(entry.remoteHost()).contains("127.0.0.1");
    assertThat(entry.queryId()).contains(-17L);
    assertThat(entry.durationMillis()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"parameters: $1 = 'x'", "Parameters: $1 = 'x'"})
  void readsAnExecutionWithItsParameters(String detail) {
    LogEntry entry =
        decode("LOG", "\"message\":\"execute S_1/C_2: SELECT $1\",\"detail\":\"" + detail + "\"");
    assertThat(entry.kind()).isEqualTo(LogEntry.Kind.STATEMENT);
    assertThat(entry.statement()).contains("SELECT $1");
    assertThat(entry.parameters()).contains("$1 = 'x'");
  }

  @Test
  void readsDurations() {
    LogEntry simple = decode("LOG", "\"message\":\"duration: 1.205 ms  statement: SELECT 1\"");
    assertThat(simple.durationMillis()).contains(new BigDecimal("1.205"));
    assertThat(simple.statement()).contains("SELECT 1");
    LogEntry fetch =
        decode("LOG", "\"message\":\"duration: 3.000 ms  execute fetch from S_1/C_2: SELECT 2\"");
    assertThat(fetch.statement()).contains("SELECT 2");
    assertThat(fetch.kind()).isEqualTo(LogEntry.Kind.STATEMENT);
    LogEntry bare = decode("LOG", "\"message\":\"duration: 0.100 ms\"");
    assertThat(bare.durationMillis()).contains(new BigDecimal("0.100"));
    assertThat(bare.kind()).isEqualTo(LogEntry.Kind.OTHER);
  }

  @ParameterizedTest
  @ValueSource(strings = {"parse <unnamed>", "bind S_1/C_2"})
  void tellsPreparationFromExecution(String phase) {
    LogEntry entry = decode("LOG", "\"message\":\"duration: 0.1 ms  " + phase + ": SELECT 1\"");
    assertThat(entry.kind()).isEqualTo(LogEntry.Kind.PREPARATION);
    assertThat(entry.statement()).contains("SELECT 1");
  }

  @Test
  void readsAnErrorWithItsStatement() {
    LogEntry entry =
        decode(
            "ERROR",
            "\"state_code\":\"23505\",\"message\":\"duplicate key\",\"detail\":\"Key (id)=(1)\","
                + "\"hint\":\"h\",\"statement\":\"INSERT INTO t VALUES (1)\"");
    assertThat(entry.kind()).isEqualTo(LogEntry.Kind.PROBLEM);
    assertThat(entry.sqlState()).contains("23505");
    assertThat(entry.message()).isEqualTo("duplicate key");
    assertThat(entry.detail()).contains("Key (id)=(1)");
    assertThat(entry.hint()).contains("h");
    assertThat(entry.statement()).contains("INSERT INTO t VALUES (1)");
    assertThat(entry.parameters()).isEmpty();
  }

  @Test
  void tellsOtherLines() {
    assertThat(decode("LOG", "\"message\":\"checkpoint starting: time\"").kind())
        .isEqualTo(LogEntry.Kind.OTHER);
    assertThat(decode("FATAL", "\"message\":\"no password\"").kind())
        .isEqualTo(LogEntry.Kind.OTHER);
  }

  @Test
  void showsNoPasswordInAnyText() {
    String secret = "ALTER ROLE a PASSWORD 'hunter2'";
    LogEntry entry =
        decode(
            "ERROR",
            "\"message\":\""
                + secret
                + "\",\"detail\":\""
                + secret
                + "\",\"hint\":\""
                + secret
                + "\",\"statement\":\""
                + secret
                + "\"");
    assertThat(entry.toString()).doesNotContain("hunter2");
    assertThat(decode("LOG", "\"message\":\"statement: " + secret + "\"").toString())
        .doesNotContain("hunter2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "not JSON",
        "[]",
        "17",
        "{}",
        "{\"timestamp\":\"yesterday\",\"error_severity\":\"LOG\"}",
        "{\"timestamp\":\"2026-11-20 10:43:10.123 UTC\",\"error_severity\":\"LOG\"",
        "{\"timestamp\":\"2026-11-20 10:43:10.123 UTC\",\"error_severity\":\"LOG\"} {}",
        "{\"timestamp\":\"2026-11-20 10:43:10.123 UTC\",\"error_severity\":\"LOG\",\"pid\":\"x\"}",
        "{\"timestamp\":\"2026-11-20 10:4{\"timestamp\":\"2026-11-20 10:43:10.123 UTC\"}",
      })
  void refusesABrokenLine(String line) {
    assertThat(decoder.decode(line.getBytes(StandardCharsets.UTF_8))).isEmpty();
  }

  @Test
  void readsBytesOfAnotherEncoding() {
    byte[] line =
        "{\"timestamp\":\"2026-11-20 10:43:10.123 UTC\",\"error_severity\":\"LOG\",\"message\":\"statement: SELECT 'é'\"}"
            .getBytes(StandardCharsets.ISO_8859_1);
    assertThat(decoder.decode(line).orElseThrow().statement()).contains("SELECT '\ufffd'");
  }
}
