package org.partitionproxy.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.partitionproxy.db.Session;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.ExitCode;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Tenant;

@Execution(ExecutionMode.CONCURRENT)
class KilledMigrationIT {

  /** Sleeps as long as {@code public.slow} has a row, and so not in the second run. */
  private static final String SLEEPS =
      "CREATE TABLE half ();\nSELECT pg_sleep(600) FROM public.slow;";

  @TempDir Path home;

  private Shop slowShop() {
    Shop shop =
        new Shop(home, "shard1")
            .script("V1__a.sql", "CREATE TABLE a ();")
            .script("V2__b.sql", SLEEPS);
    try (Session session = shop.superuser("shard1")) {
      session.execute(
          List.of(
              Sql.of("CREATE TABLE public.slow AS SELECT 1 AS yes"),
              Sql.of("GRANT SELECT ON public.slow TO {}", shop.owner())));
    }
    return shop;
  }

  private static void hurry(Shop shop) {
    try (Session session = shop.superuser("shard1")) {
      session.execute(Sql.of("TRUNCATE public.slow"));
    }
  }

  private static int backend(Shop shop, String statement) {
    return await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> shop.running(statement), pids -> pids.size() == 1)
        .get(0);
  }

  private Process start(Shop shop, Tenant tenant, String... options) throws IOException {
    ServerDefinition server = shop.topology().shards().get(0);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            MigrateProcess.class.getName(),
            home.toString(),
            Integer.toString(server.port()),
            server.database().value(),
            server.password().orElseThrow().reveal(),
            Shop.PASSWORD.reveal(),
            tenant.schema().value()));
    return new ProcessBuilder(command)
        .redirectOutput(home.resolve("stdout").toFile())
        .redirectError(home.resolve("stderr").toFile())
        .start();
  }

  @Test
  void aTenantWhoseBackendIsEndedFailsAloneAndIsTakenUpByTheNextRun() {
    Shop shop = slowShop();
    Tenant acme = shop.tenant("acme", "shard1");
    CompletableFuture<MigrationResult> run = CompletableFuture.supplyAsync(shop::migrate);
    int pid = backend(shop, "pg_sleep(600)");
    try (Session session = shop.superuser("shard1")) {
      session.query(
          "SELECT pg_catalog.pg_terminate_backend(?, 10000) AS ended", r -> r.bool("ended"), pid);
    }
    assertThat(run.join().failed())
        .singleElement()
        .satisfies(
            failed -> {
              assertThat(failed.sqlState()).contains("57P01");
              assertThat(failed.script()).contains("V2__b.sql");
              assertThat(failed.applied()).containsExactly("V1__a.sql");
            });
    assertThat(shop.tables(acme)).containsExactly("a");
    hurry(shop);
    assertThat(shop.migrate().migrated())
        .containsExactly(new MigratedTenant(acme, List.of("V2__b.sql")));
  }

  @Test
  void aRunThatIsKilledIsTakenUpByTheNext() throws IOException, InterruptedException {
    Shop shop = slowShop();
    Tenant acme = shop.tenant("acme", "shard1");
    Process process = start(shop, acme);
    backend(shop, "pg_sleep(600)");
    process.destroyForcibly().waitFor();
    hurry(shop);
    // The server has to notice first: nothing but the run itself waits for that.
    MigrationResult next = shop.migrate();
    assertThat(next.diagnostics()).isEmpty();
    assertThat(next.migrated()).containsExactly(new MigratedTenant(acme, List.of("V2__b.sql")));
    assertThat(shop.tables(acme)).containsExactly("a", "half");
  }

  @Test
  void anIndexThatWasKilledHalfWayIsReportedAndTakenUpOnceItIsGone()
      throws IOException, InterruptedException {
    Shop shop =
        new Shop(home, "shard1")
            .script("V1__a.sql", "CREATE TABLE a (id int);")
            .script("V2__i.sql", "CREATE INDEX CONCURRENTLY IF NOT EXISTS a_id ON a (id);");
    Tenant acme = shop.tenant("acme", "shard1");
    QualifiedName table = new QualifiedName(acme.schema(), Identifier.of("a"));
    QualifiedName index = new QualifiedName(acme.schema(), Identifier.of("a_id"));
    try (Session session = shop.superuser("shard1")) {
      // V1 by itself, so that somebody can be in the way of V2.
      Files.move(home.resolve("migrations/V2__i.sql"), home.resolve("V2__i.sql"));
      shop.migrate();
      Files.move(home.resolve("V2__i.sql"), home.resolve("migrations/V2__i.sql"));
      session.inTransaction(
          () -> {
            session.execute(Sql.of("INSERT INTO {} VALUES (1)", table));
            killInTheMiddle(shop, acme);
          });
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> shop.running("CREATE INDEX CONCURRENTLY").isEmpty());
      assertThat(shop.migrate().failed())
          .extracting(FailedTenant::code)
          .containsExactly(Code.MIGRATION_INDEX_INVALID);
      session.execute(Sql.of("DROP INDEX CONCURRENTLY {}", index));
    }
    assertThat(shop.migrate().exitCode()).isEqualTo(ExitCode.DONE);
  }

  private void killInTheMiddle(Shop shop, Tenant tenant) {
    try {
      Process process = start(shop, tenant);
      int pid = backend(shop, "CREATE INDEX CONCURRENTLY");
      process.destroyForcibly().waitFor();
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> !shop.running("CREATE INDEX CONCURRENTLY").contains(pid));
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void flywayIsNotLoadedWhenNobodyIsBehindAndNothingIsPrinted()
      throws IOException, InterruptedException {
    Shop shop = new Shop(home, "shard1").script("V1__a.sql", "CREATE TABLE a ();");
    Tenant acme = shop.tenant("acme", "shard1");
    Path classes = home.resolve("classes");
    String log = "-Xlog:class+load:file=" + classes;
    assertThat(start(shop, acme, log).waitFor()).isZero();
    assertThat(Files.readString(classes)).contains("org.flywaydb.", "com.zaxxer.hikari.");
    assertThat(Files.readString(home.resolve("stdout"))).isEmpty();
    assertThat(Files.readString(home.resolve("stderr"))).isEmpty();

    assertThat(start(shop, acme, log).waitFor()).isZero();
    assertThat(Files.readString(classes))
        .contains("org.partitionproxy.migrate.Migrator")
        .doesNotContain("org.flywaydb.", "com.zaxxer.hikari.");
  }
}
