package org.partitionproxy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.Test;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.testing.TestServer;
import org.partitionproxy.topology.RuntimeChoice;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Topology;

class ExternalRuntimeIT {

  private final ServerDefinition veneer = TestServer.shared("a").freshDatabase("veneer");

  private static Topology topology(ServerDefinition veneer, ServerDefinition shard) {
    return new Topology(
        Path.of("shards.yaml"),
        "shop",
        RuntimeChoice.EXTERNAL,
        Identifier.of("shop"),
        Optional.empty(),
        Optional.empty(),
        veneer,
        List.of(shard),
        List.of());
  }

  @Test
  void reportsServersThatAnswer() {
    ServerDefinition shard = TestServer.shared("a").freshDatabase("shard1");
    ExternalRuntime runtime =
        new ExternalRuntime(topology(veneer, shard), name -> Optional.empty());
    SortedSet<String> told = new ConcurrentSkipListSet<>();
    runtime.start((server, message) -> told.add(server + " " + message));
    assertThat(told).hasSize(2).allMatch(line -> line.contains("answers at 127.0.0.1:"));
    assertThat(runtime.isRunning(shard)).isTrue();
    assertThat(runtime.addressFromVeneer(shard)).isEqualTo(shard.endpoint());
  }

  @Test
  void namesTheServerThatDoesNotAnswer() {
    ServerDefinition gone =
        ServerDefinition.local(
            new ServerName("shard1"), TestServer.freePort(), Identifier.of("shop"));
    MemoryVault vault = new MemoryVault();
    vault.ensure(gone.superuserSecret());
    ExternalRuntime runtime = new ExternalRuntime(topology(veneer, gone), vault);
    PppException failure =
        catchThrowableOfType(
            PppException.class, () -> runtime.start(ServerRuntime.Progress.SILENT));
    assertThat(failure.diagnostics())
        .singleElement()
        .satisfies(problem -> assertThat(problem.summary()).contains("\"shard1\""));
    assertThat(runtime.isRunning(gone)).isFalse();
  }

  @Test
  void refusesToStopThem() {
    ExternalRuntime runtime =
        new ExternalRuntime(topology(veneer, veneer), name -> Optional.empty());
    PppException failure =
        catchThrowableOfType(PppException.class, () -> runtime.stop(ServerRuntime.Progress.SILENT));
    assertThat(failure.diagnostics().get(0).code()).isEqualTo(Code.EXTERNAL_NOT_STOPPED);
  }
}
