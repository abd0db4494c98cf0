package org.partitionproxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.partition.Maintenance;
import org.partitionproxy.topology.ServerName;

class PartitionsWatchTest {

  private final List<String> told = new ArrayList<>();
  private final PartitionsWatch watch =
      new PartitionsWatch(
          problems -> problems.forEach(problem -> told.add(problem.summary())), told::add);

  private void pass(List<Diagnostic> problems, String... away) {
    LinkedHashSet<ServerName> servers = new LinkedHashSet<>();
    for (String server : away) {
      servers.add(new ServerName(server));
    }
    watch.tell(new Maintenance(List.of(), problems, servers), List.of());
  }

  private static Diagnostic error(Code code, String summary) {
    return Diagnostic.error(code, summary, "Hint.");
  }

  @Test
  void tellsThatAShardIsAwayOnceAndWhenItIsBack() {
    pass(List.of(error(Code.SERVER_UNREACHABLE, "server \"shard1\" went away")), "shard1");
    pass(List.of(error(Code.SERVER_UNREACHABLE, "server \"shard1\" refuses")), "shard1");
    pass(
        List.of(
            error(Code.SERVER_UNREACHABLE, "server \"shard1\" refuses"),
            error(Code.SERVER_UNREACHABLE, "server \"shard2\" went away")),
        "shard1",
        "shard2");
    pass(List.of(), "shard2");
    pass(List.of());
    assertThat(told)
        .containsExactly(
            "server \"shard1\" went away",
            "server \"shard2\" went away",
            "server \"shard1\" answers again",
            "server \"shard2\" answers again");
  }

  @Test
  void repeatsAProblemOnlyAfterItWasGone() {
    Diagnostic blocked = error(Code.PARTITION_BLOCKED, "rows are in the way");
    pass(List.of(blocked));
    pass(List.of(blocked));
    pass(List.of());
    pass(List.of(blocked));
    assertThat(told).containsExactly("rows are in the way", "rows are in the way");
  }
}
