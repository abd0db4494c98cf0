package org.partitionproxy.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.server.RuntimeKind;
import org.partitionproxy.topology.TenantName;

class JsonTest {

  private record Row(
      TenantName tenant, long lagBytes, Optional<Instant> lastSeen, List<String> notes) {}

  @Test
  void writesRecordsWithTheirComponentsInOrder() {
    Row row =
        new Row(
            new TenantName("bluth-co"),
            1L << 40,
            Optional.of(Instant.parse("2026-01-31T12:00:00Z")),
            List.of("a \"quoted\" ä\n"));
    assertThat(Json.pretty(List.of(row)))
        .isEqualTo(
            """
            [
              {
                "tenant": "bluth-co",
                "lag_bytes": 1099511627776,
                "last_seen": "2026-01-31T12:00:00Z",
                "notes": [
                  "a \\"quoted\\" ä\\n"
                ]
              }
            ]
            """);
  }

  @Test
  void writesALineForEachObjectOfAStream() {
    assertThat(Json.line(new Row(new TenantName("acme"), 0, Optional.empty(), List.of())))
        .isEqualTo("{\"tenant\":\"acme\",\"lag_bytes\":0,\"last_seen\":null,\"notes\":[]}\n");
  }

  @Test
  void keepsTheOrderOfMapsThatHaveOneAndSortsTheOthers() {
    Map<String, Object> ordered = new LinkedHashMap<>();
    ordered.put("z", null);
    ordered.put("a", true);
    assertThat(Json.line(ordered)).isEqualTo("{\"z\":null,\"a\":true}\n");
    assertThat(Json.line(Map.of("d", 4, "b", 2, "a", 1, "c", 3)))
        .isEqualTo("{\"a\":1,\"b\":2,\"c\":3,\"d\":4}\n");
    assertThat(Json.line(Set.of("c", "a", "b"))).isEqualTo("[\"a\",\"b\",\"c\"]\n");
  }

  @Test
  void writesSimpleValues() {
    assertThat(
            Json.line(
                List.of(
                    RuntimeKind.EMBEDDED,
                    Duration.ofMillis(90_500),
                    Duration.ofMinutes(100),
                    Path.of("/tmp/x"),
                    1.5,
                    new BigDecimal("1.10"))))
        .isEqualTo("[\"embedded\",90.5,6000,\"/tmp/x\",1.5,1.10]\n");
    assertThat(Json.pretty(List.of())).isEqualTo("[]\n");
    assertThat(Json.pretty(Map.of())).isEqualTo("{}\n");
  }

  @Test
  void refusesSecretsAndWhateverItDoesNotKnow() {
    assertThatThrownBy(() -> Json.pretty(List.of(Secret.of("hunter2"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Secret");
    assertThatThrownBy(() -> Json.pretty(new Object()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
