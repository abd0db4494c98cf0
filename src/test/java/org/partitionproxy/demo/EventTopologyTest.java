package org.partitionproxy.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class EventTopologyTest {

  private static final DemoExample EXAMPLE = new DemoExample(Path.of("examples/events"));

  @Test
  void isTheExampleWhereNothingElseIsAskedFor() {
    EventLoad load = new EventLoad(10, Duration.ofSeconds(10), 1);
    String example = EXAMPLE.topology();
    assertThat(example).startsWith("name: ");
    assertThat(EventTopology.text(example, load).replace("keep: 3600 seconds", "keep: 1 hour"))
        .isEqualTo(example);
  }

  @Test
  void hasTheTenantsAndTheRangesThatAreAskedFor() {
    EventLoad load = new EventLoad(10, EventLoad.range("2 minutes").orElseThrow(), 3);
    assertThat(EventTopology.text(EXAMPLE.topology(), load))
        .contains("every: 120 seconds\n", "keep: 43200 seconds\n")
        .endsWith(
            """
            tenants:
              acme: { shard: shard1 }
              acme-2: { shard: shard1 }
              acme-3: { shard: shard1 }
            """);
  }

  @Test
  void takesOnlyLengthsThatItKnows() {
    assertThat(EventLoad.range("1 hour")).contains(Duration.ofHours(1));
    assertThat(EventLoad.range("0 seconds")).isEmpty();
    assertThat(EventLoad.range("10")).isEmpty();
    assertThat(EventLoad.range("1 day")).isEmpty();
  }
}
