package org.partitionproxy.convert;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.partitionproxy.sql.Identifier;

class EveryTest {

  @Test
  void readsLengthsAsPeopleWriteThem() {
    assertThat(Every.parse("1 day")).contains(new Every(1, "day"));
    assertThat(Every.parse("10 Seconds")).contains(new Every(10, "second"));
    assertThat(Every.parse("month")).contains(new Every(1, "month"));
    assertThat(Every.parse("1000000")).contains(new Every(1_000_000, "number"));
  }

  @Test
  void refusesNothingAndNonsense() {
    for (String text : List.of("", "0", "0 days", "-1 day", "1.5 hours", "fortnight", "1 day 2")) {
      assertThat(Every.parse(text)).as(text).isEmpty();
    }
  }

  @Test
  void aRequestIsTheSameAfterItsJournal() {
    ConversionRequest request =
        new ConversionRequest(
            Identifier.of("acme"),
            List.of(Identifier.of("b"), Identifier.of("a\nb")),
            Identifier.of("at"),
            new Every(2, "week"),
            ZoneId.of("Europe/Berlin"),
            3,
            List.of(Identifier.of("chat")),
            true,
            true,
            true,
            4,
            Duration.ofSeconds(7),
            Optional.of(Duration.ofSeconds(5)),
            Optional.of(9));
    assertThat(ConversionRequest.of(request.definition())).isEqualTo(request);
  }
}
