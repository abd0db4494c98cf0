package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.io.TempDir;
import org.partitionproxy.testing.EveryPostgres;
import org.partitionproxy.testing.PostgresVersion;
import org.partitionproxy.testing.TestServer;

/** An application that was written for one PostgreSQL can't tell that it is on a veneer. */
class ApplicationIT {

  private static final Path SCHEMA = Path.of("src/test/resources/application/schema.sql");
  private static final int ORDERS = 300;

  @TempDir private Path folder;

  /** Tenants with one schema, both on shard1: acme is used there, bolt through the veneer. */
  private Scene scene(PostgresVersion version) throws Exception {
    Scene scene =
        new Scene(folder, TestServer.shared("a", version), TestServer.shared("b", version));
    scene.tenant("bolt", "shard1");
    scene.migration(
        "V1__items.sql",
        Files.readString(SCHEMA).replace("--18 ", version.major() >= 18 ? "" : "-- ")
            + ColumnKinds.wideTable());
    scene.run("initialize");
    scene.isInStep();
    return scene;
  }

  private static Application application(Scene scene, String server, String tenant)
      throws SQLException {
    Scene.Place place = scene.place(server);
    String role = scene.role(tenant);
    return new Application(
        "jdbc:postgresql://127.0.0.1:" + place.server.port() + "/" + place.database,
        role,
        scene.password(role));
  }

  @EveryPostgres
  void passesUnchangedThroughTheVeneer(PostgresVersion version) throws Exception {
    Scene scene = scene(version);
    try (Application direct = application(scene, "shard1", "acme");
        Application mirrored = application(scene, "veneer", "bolt")) {
      direct.useEverything();
      mirrored.useEverything();
      assertThat(mirrored.seen()).hasSameSizeAs(direct.seen()).hasSizeGreaterThan(150);
      for (int i = 0; i < direct.seen().size(); i++) {
        assertThat(mirrored.seen().get(i)).isEqualTo(direct.seen().get(i));
      }
    }
    bothEndsNumberOrdersFromOneSequence(scene);
    noStatementFailsWhileTablesAreMigrated(scene);
  }

  private static void bothEndsNumberOrdersFromOneSequence(Scene scene) throws Exception {
    List<CompletableFuture<List<Long>>> ends = new ArrayList<>();
    for (String server : List.of("shard1", "veneer", "veneer")) {
      ends.add(CompletableFuture.supplyAsync(() -> orders(scene, server)));
    }
    List<Long> numbers = ends.stream().flatMap(end -> end.join().stream()).toList();
    assertThat(numbers).hasSize(3 * ORDERS).doesNotHaveDuplicates();
  }

  private static List<Long> orders(Scene scene, String server) {
    List<Long> numbers = new ArrayList<>();
    try (Application application = application(scene, server, "bolt")) {
      for (int i = 0; i < ORDERS; i++) {
        numbers.add(application.order(1));
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return numbers;
  }

  private static void noStatementFailsWhileTablesAreMigrated(Scene scene) throws Exception {
    AtomicBoolean stopped = new AtomicBoolean();
    AtomicInteger done = new AtomicInteger();
    List<CompletableFuture<Void>> users = new ArrayList<>();
    for (String name : List.of("first", "second")) {
      users.add(
          CompletableFuture.runAsync(
              () -> {
                try (Application application = application(scene, "veneer", "bolt")) {
                  while (!stopped.get()) {
                    application.work(name);
                    application.readAll();
                    done.incrementAndGet();
                  }
                } catch (SQLException e) {
                  throw new IllegalStateException(e.getSQLState(), e);
                }
              }));
    }
    try {
      goOn(done, users);
      scene.migration(
          "V2__add.sql",
          """
          ALTER TABLE customers ADD mail text DEFAULT 'none', ADD rank serial;
          ALTER TYPE state ADD VALUE 'sent';
          CREATE INDEX ON orders (customer);
          """);
      scene.migration("V3__drop.sql", "ALTER TABLE customers DROP spare;");
      scene.run("migrate");
      goOn(done, users);
      scene.migration("V4__type.sql", "ALTER TABLE customers ALTER rank TYPE bigint;");
      scene.migration("V5__name.sql", "ALTER TABLE customers RENAME mail TO email;");
      scene.migration("V6__number.sql", "ALTER TABLE orders ADD line serial;");
      scene.run("migrate");
      goOn(done, users);
      scene.migration(
          "V7__more.sql", "ALTER TABLE orders DROP line; ALTER TABLE customers DROP rank;");
      scene.run("migrate");
      goOn(done, users);
    } finally {
      stopped.set(true);
    }
    users.forEach(CompletableFuture::join);
    scene.isInStep();
  }

  private static void goOn(AtomicInteger done, List<CompletableFuture<Void>> users) {
    int before = done.get();
    await()
        .atMost(Duration.ofMinutes(1))
        .until(
            () ->
                done.get() > before + 5
                    || users.stream().anyMatch(CompletableFuture::isCompletedExceptionally));
  }
}
