package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.partitionproxy.testing.TestServer;

/**
 * A shard whose packets are dropped, as when its machine or its network is gone: it refuses nothing
 * and answers nothing. The kernel drops them, so this needs root and iptables.
 */
@Execution(ExecutionMode.CONCURRENT)
class SilentShardIT {

  /** A loopback address that nobody else uses. */
  private static final String ADDRESS = "127.53.19.7";

  /** What the options of the foreign servers promise. */
  private static final Duration LIMIT = Duration.ofSeconds(45);

  @TempDir private Path folder;

  @Test
  void failsItsOwnStatementsInTimeAndNobodyElses() throws Exception {
    assumeThat(iptables("-A") && iptables("-D"))
        .as("packets can be dropped: needs root and iptables")
        .isTrue();
    TestServer shard = TestServer.shared("beside-c");
    Scene scene =
        new Scene(folder, TestServer.shared("beside-a"), TestServer.shared("beside-b"), shard);
    scene.migration("V2__waits.sql", "CREATE VIEW waits AS SELECT pg_sleep(600)::text AS nothing;");
    try (ServerSocket relay = relay(shard.port())) {
      scene.address("shard2", ADDRESS + ":" + relay.getLocalPort());
      scene.run("initialize");
      scene.showsEveryTenant(3);
      try (Client acme = scene.as("veneer", scene.role("acme"));
          Client idle = scene.as("veneer", scene.role("bolt"));
          Client waiting = scene.as("veneer", scene.role("bolt"));
          Client fresh = scene.as("veneer", scene.role("bolt"))) {
        assertThat(idle.value("SELECT count(*) FROM items")).isEqualTo("3");
        CompletableFuture<String> answer = error(waiting, "SELECT * FROM waits");
        awaitOnShard(scene);
        drop(
            () -> {
              CompletableFuture<String> reused = error(idle, "SELECT * FROM items");
              CompletableFuture<String> connecting = error(fresh, "SELECT * FROM items");
              allAreDone(acme, List.of(answer, reused, connecting));
              assertThat(reused.join()).contains("could not connect to server \"shard2\"");
              assertThat(connecting.join()).contains("could not connect to server \"shard2\"");
              // PostgreSQL names the statement here, and so the tenant, but not the server.
              assertThat(answer.join())
                  .contains("Connection timed out", "FROM " + scene.schema("bolt") + ".waits");
            });
        assertThat(idle.value("SELECT count(*) FROM items")).isEqualTo("3");
        assertThat(waiting.value("SELECT count(*) FROM items")).isEqualTo("3");
      }
    }
  }

  private static void allAreDone(Client other, List<CompletableFuture<String>> errors)
      throws SQLException {
    CompletableFuture<Void> all =
        CompletableFuture.allOf(errors.toArray(new CompletableFuture<?>[0]));
    other.execute("SET statement_timeout = '5s'");
    await()
        .atMost(LIMIT)
        .until(
            () -> {
              assertThat(other.value("SELECT count(*) FROM items")).isEqualTo("3");
              return all.isDone();
            });
  }

  private static CompletableFuture<String> error(Client client, String query) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return "no error: " + client.rows(query);
          } catch (SQLException e) {
            return String.valueOf(e.getMessage());
          }
        });
  }

  private static void awaitOnShard(Scene scene) {
    await()
        .atMost(Duration.ofMinutes(1))
        .until(
            () -> {
              try (Client superuser = scene.superuser("shard2")) {
                return !superuser
                    .rows(
                        "SELECT pid FROM pg_stat_activity WHERE state = 'active'"
                            + " AND query LIKE 'FETCH%' AND usename = '"
                            + scene.role("bolt")
                            + "'")
                    .isEmpty();
              }
            });
  }

  private interface Work {
    void run() throws Exception;
  }

  private static void drop(Work work) throws Exception {
    assertThat(iptables("-A")).isTrue();
    try {
      work.run();
    } finally {
      assertThat(iptables("-D")).isTrue();
    }
  }

  private static boolean iptables(String action) throws InterruptedException {
    try {
      String rule = " -d " + ADDRESS + " -j DROP";
      Process process =
          new ProcessBuilder("/bin/sh", "-c", "iptables -w " + action + " INPUT" + rule)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** Passes on what comes to {@link #ADDRESS}, because the servers listen elsewhere. */
  private static ServerSocket relay(int port) throws IOException {
    ServerSocket relay = new ServerSocket(0, 50, InetAddress.getByName(ADDRESS));
    daemon(
        () -> {
          while (true) {
            Socket client = relay.accept();
            Socket server = new Socket(InetAddress.getLoopbackAddress(), port);
            daemon(() -> pass(client, server));
            daemon(() -> pass(server, client));
          }
        });
    return relay;
  }

  private static void pass(Socket from, Socket to) throws IOException {
    try (from;
        to;
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      in.transferTo(out);
    }
  }

  private interface Transfer {
    void run() throws IOException;
  }

  private static void daemon(Transfer transfer) {
    Thread thread =
        new Thread(
            () -> {
              try {
                transfer.run();
              } catch (IOException e) {
                // One of the two has gone, or the test is over.
              }
            });
    thread.setDaemon(true);
    thread.start();
  }
}
