package org.partitionproxy.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.partitionproxy.topology.ServerName;

class TimelineTest {

  private static final Instant START = Traces.BEGIN;
  private static final ServerName SHARD1 = new ServerName("shard1");
  private static final ServerName SHARD2 = new ServerName("shard2");

  private final Timeline timeline = new Timeline(ServerName.VENEER);

  @BeforeEach
  void join() {
    timeline.join(ServerName.VENEER);
    timeline.join(SHARD1);
    timeline.join(SHARD2);
  }

  private static Instant after(int seconds) {
    return START.plusSeconds(seconds);
  }

  @Test
  void goesNoFurtherThanTheSlowestServerThatAnswers() {
    timeline.advance(ServerName.VENEER, after(30));
    timeline.advance(SHARD1, after(20));
    assertThat(timeline.settled()).isEmpty();
    timeline.advance(SHARD2, after(10));
    assertThat(timeline.settled()).contains(after(10).minus(Timeline.SETTLE));
    timeline.leave(SHARD2);
    assertThat(timeline.settled()).contains(after(20).minus(Timeline.SETTLE));
    timeline.join(SHARD2);
    assertThat(timeline.settled()).contains(after(10).minus(Timeline.SETTLE));
    timeline.advance(SHARD2, after(5));
    assertThat(timeline.settled()).contains(after(10).minus(Timeline.SETTLE));
  }

  @Test
  void doesNotWaitForAShardThatWasNeverThereButForTheVeneer() {
    timeline.advance(SHARD1, after(20));
    timeline.leave(SHARD2);
    assertThat(timeline.settled()).isEmpty();
    timeline.advance(ServerName.VENEER, after(10));
    timeline.leave(ServerName.VENEER);
    timeline.advance(SHARD1, after(40));
    assertThat(timeline.settled()).contains(after(10).minus(Timeline.SETTLE));
    assertThat(timeline.isAway(ServerName.VENEER)).isTrue();
  }

  @Test
  void letsNobodyReadFarAheadOfWhatWasPutTogether() {
    CompletableFuture<Boolean> far = reach(SHARD1, after(60));
    CompletableFuture<Boolean> near = reach(SHARD2, after(2));
    timeline.advance(ServerName.VENEER, after(60));
    await().until(() -> timeline.settled().isPresent());
    assertThat(far).isNotDone();
    assertThat(near).isNotDone();
    timeline.drained(after(1));
    assertThat(near.join()).isTrue();
    assertThat(far).isNotDone();
    timeline.drained(after(59));
    assertThat(far.join()).isTrue();
  }

  @Test
  void lettingGoLetsAllGo() {
    CompletableFuture<Boolean> waiting = reach(SHARD1, after(60));
    timeline.close();
    assertThat(waiting.join()).isTrue();
  }

  private CompletableFuture<Boolean> reach(ServerName server, Instant time) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            timeline.reach(server, time);
            return true;
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
          }
        });
  }
}
