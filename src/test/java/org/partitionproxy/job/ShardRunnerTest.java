package org.partitionproxy.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.partitionproxy.db.Connector;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.state.JobRun;
import org.partitionproxy.state.ScheduledJob;
import org.partitionproxy.topology.RuntimeChoice;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Topology;

class ShardRunnerTest {

  private static final Identifier BOOKSTORE = Identifier.of("bookstore");

  /** What was lost, and why. */
  private record Losses(List<String> reasons) implements JobListener {

    @Override
    public void waiting(ServerName shard, String holder) {}

    @Override
    public void leading(ServerName shard, int jobs) {}

    @Override
    public void lost(ServerName shard, Diagnostic why) {
      reasons.add(why.summary());
    }

    @Override
    public void ran(ServerName shard, ScheduledJob job, JobRun run) {}
  }

  @Test
  void goesOnTryingAShardWhosePasswordIsNotKnown() throws InterruptedException {
    ServerDefinition shard = ServerDefinition.local(new ServerName("shard1"), 2, BOOKSTORE);
    Topology topology =
        new Topology(
            Path.of("shards.yaml"),
            "bookstore",
            RuntimeChoice.EMBEDDED,
            BOOKSTORE,
            Optional.empty(),
            Optional.empty(),
            ServerDefinition.local(ServerName.VENEER, 1, BOOKSTORE),
            List.of(shard),
            List.of());
    Losses losses = new Losses(new CopyOnWriteArrayList<>());
    ShardRunner runner =
        new ShardRunner(
            shard,
            topology,
            new Connector(name -> Optional.empty(), "ppp test"),
            losses,
            1,
            Clock.systemUTC());
    Thread thread = new Thread(runner::run);
    thread.start();
    try {
      await().until(() -> !losses.reasons().isEmpty());
      assertThat(thread.isAlive()).isTrue();
    } finally {
      thread.interrupt();
      thread.join();
    }
    assertThat(losses.reasons()).containsExactly("no password is known for \"postgres@shard1\"");
  }
}
