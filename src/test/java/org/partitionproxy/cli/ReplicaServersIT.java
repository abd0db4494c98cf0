package org.partitionproxy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.secret.SecretStore;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.testing.TestServer;
import org.partitionproxy.topology.Topology;
import org.partitionproxy.topology.TopologyReader;

/** A replica is a server like any other, to every command that is about servers. */
class ReplicaServersIT {

  /** Nothing here has to survive a crash of the machine. */
  private static final String FAST = "settings: { fsync: off, full_page_writes: off }";

  private static final String REPLICA =
      ", replicas: { copy: { port: %d, kind: logical, " + FAST + " } }";

  private final Path folder;
  private final int veneer = TestServer.freePort();
  private final int shard = TestServer.freePort();
  private final int copy = TestServer.freePort();

  ReplicaServersIT() throws IOException {
    folder = Files.createTempDirectory("ppp-it-").toRealPath();
  }

  private Path file() {
    return folder.resolve("shards.yaml");
  }

  private void declare(String replicas) throws IOException {
    Files.writeString(
        file(),
        """
        name: followed
        runtime: embedded
        veneer: { port: %d, %s }
        shards:
          shard1: { port: %d, %s%s }
        tenants:
          acme: { shard: shard1 }
        """
            .formatted(veneer, FAST, shard, FAST, replicas));
  }

  private InProcess.Result ppp(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(1, List.of("--config", file().toString()));
    return InProcess.run(all.toArray(new String[0]));
  }

  private String run(String... arguments) {
    return ppp(arguments).succeeded().out();
  }

  @AfterEach
  void remove() throws IOException {
    ppp("stop", "--delete-data", "--yes");
    try (var files = Files.walk(folder)) {
      for (Path path : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(path);
      }
    }
  }

  @Test
  void isStartedLookedAtUsedAndStoppedLikeAnyServer() throws IOException {
    declare("");
    run("start");
    declare(REPLICA.formatted(copy));
    assertThat(run("start")).contains("copy     127.0.0.1:" + copy);
    assertThat(run("plan"))
        .contains(
            "note: shard \"shard1\" runs with wal_level replica, and replication needs wal_level"
                + " logical; `ppp stop` and `ppp start` make it so");
    assertThat(ppp("stop").succeeded().err()).contains("copy: stopped");
    run("start");
    run("initialize");
    InProcess.Result plan = ppp("plan").succeeded();
    assertThat(plan.out() + plan.err())
        .isEqualTo("Nothing to do: the servers match shards.yaml.\n");
    assertThat(run("status")).containsPattern("copy .* answers .* 1  shard1\n");
    assertThat(run("psql", "copy", "--builtin", "-c", "SELECT 47110815")).contains("47110815");
    assertThat(run("show-logs", "copy", "--all")).contains("SELECT 47110815");
    replicates();
    run("teardown", "--all", "--drop-data", "--yes");
    assertThat(run("status", "--output", "json")).contains("\"replica_of\": \"shard1\"");
  }

  /** Its settings are enough, and the shard lets a role for replication in by the Unix socket. */
  private void replicates() {
    Topology topology = TopologyReader.read(file(), new TreeMap<>());
    Connector connector =
        new Connector(SecretStore.open(topology.stateFolder(), topology.name()), "ppp test");
    try (Session source = connector.superuser(topology.findServer("shard1").orElseThrow());
        Session target = connector.superuser(topology.findServer("copy").orElseThrow())) {
      String sockets =
          source
              .queryOne(
                  "SELECT pg_catalog.current_setting('unix_socket_directories') AS folder",
                  row -> row.string("folder"))
              .orElseThrow();
      source.execute(Sql.of("CREATE ROLE probe LOGIN REPLICATION PASSWORD 'a b'"));
      source.execute(Sql.of("GRANT CONNECT ON DATABASE followed TO probe"));
      for (Session one : List.of(source, target)) {
        one.execute(Sql.of("CREATE TABLE public.probe (id int PRIMARY KEY)"));
      }
      source.execute(Sql.of("GRANT SELECT ON public.probe TO probe"));
      source.execute(Sql.of("CREATE PUBLICATION probe FOR TABLE public.probe"));
      source.execute(Sql.of("INSERT INTO public.probe VALUES (1)"));
      target.execute(
          Sql.of(
              "CREATE SUBSCRIPTION probe CONNECTION {} PUBLICATION probe",
              Literal.of(
                  "host='"
                      + sockets
                      + "' port="
                      + shard
                      + " dbname=followed user=probe password='a b'")));
      await()
          .until(
              () -> target.query("SELECT id FROM public.probe", row -> row.integer("id")),
              List.of(1)::equals);
      target.execute(Sql.of("DROP SUBSCRIPTION probe"));
    }
  }
}
