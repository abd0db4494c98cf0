package org.partitionproxy.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.trace.ServerClocks.Lead;

class ServerClocksTest {

  private static final ServerName SHARD = new ServerName("shard1");

  private final ServerClocks clocks = new ServerClocks(ServerName.VENEER);

  @Test
  void knowsHowFarAShardIsAheadOfTheVeneer() {
    assertThat(clocks.lead(SHARD)).isEmpty();
    note(ServerName.VENEER, 0, 40);
    note(SHARD, 0, 100);
    assertThat(clocks.lead(SHARD).orElseThrow())
        .isEqualTo(new Lead(Duration.ofMillis(60), Duration.ofMillis(2)));
    assertThat(clocks.lead(ServerName.VENEER).orElseThrow().ahead()).isZero();
  }

  @Test
  void takesNoClockThatWasSetForOneThatDiffers() {
    note(ServerName.VENEER, 0, 0);
    note(SHARD, 0, 0);
    note(ServerName.VENEER, 1, 390);
    assertThat(clocks.lead(SHARD).orElseThrow().ahead()).isZero();
    note(SHARD, 1, 390);
    assertThat(clocks.lead(SHARD).orElseThrow().ahead()).isZero();
    note(ServerName.VENEER, 2, 390);
    note(SHARD, 2, 500);
    assertThat(clocks.lead(SHARD).orElseThrow().ahead()).isEqualTo(Duration.ofMillis(110));
  }

  @Test
  void knowsAShardThatWasMeasuredInNoTurnOfTheVeneers() {
    note(ServerName.VENEER, 0, 10);
    note(SHARD, 5, 30);
    assertThat(clocks.lead(SHARD).orElseThrow().ahead()).isEqualTo(Duration.ofMillis(20));
  }

  private void note(ServerName server, long turn, int millis) {
    clocks.note(server, turn, new Lead(Duration.ofMillis(millis), Duration.ofMillis(1)));
  }
}
