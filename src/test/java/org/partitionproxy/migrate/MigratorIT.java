package org.partitionproxy.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.partitionproxy.db.Session;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.ExitCode;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.diagnostic.SourcePosition;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.testing.ServerLog;
import org.partitionproxy.testing.TestServer;
import org.partitionproxy.topology.Glob;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.TenantName;
import org.partitionproxy.topology.TenantSelection;

@Execution(ExecutionMode.CONCURRENT)
class MigratorIT {

  @TempDir Path home;

  private static List<String> names(List<MigratedTenant> migrated) {
    return migrated.stream().map(one -> one.tenant().name().value()).toList();
  }

  @Test
  void migratesWhoIsBehindAndNobodyElse() {
    Shop shop = new Shop(home, "shard1", "shard2").script("V1__a.sql", "CREATE TABLE a ();");
    Tenant acme = shop.tenant("acme", "shard1");
    Tenant initech = shop.tenant("initech", "shard2");
    MigrationFolder folder = MigrationFolder.read(home, Path.of("migrations"));
    try (Session session = shop.superuser("shard1")) {
      Map<Tenant, Optional<MigrationStatus>> before =
          PendingMigrations.read(session, folder, List.of(acme));
      assertThat(before.get(acme))
          .map(MigrationStatus::pending)
          .hasToString("Optional[[V1__a.sql]]");

      MigrationResult first = shop.migrate();
      assertThat(names(first.migrated())).containsExactly("acme", "initech");
      assertThat(first.exitCode()).isEqualTo(ExitCode.DONE);
      assertThat(PendingMigrations.read(session, folder, List.of(acme)).get(acme))
          .map(MigrationStatus::isUpToDate)
          .contains(true);
    }
    assertThat(shop.tables(initech)).containsExactly("a");

    Tenant late = shop.tenant("late", "shard1");
    shop.script("V2__b.sql", "CREATE TABLE b ();").script("R__v.sql", "CREATE VIEW v AS SELECT 1;");
    MigrationResult second =
        shop.migrate(
            new MigrationRequest(
                new TenantSelection(List.of(new Glob("late")), List.of()), Optional.empty(), 1),
            MigrationListener.SILENT);
    assertThat(second.migrated())
        .containsExactly(new MigratedTenant(late, List.of("V1__a.sql", "V2__b.sql", "R__v.sql")));
    assertThat(shop.tables(acme)).containsExactly("a");

    MigrationResult third = shop.migrate();
    assertThat(names(third.migrated())).containsExactly("acme", "initech");
    assertThat(third.upToDate()).containsExactly(late);
    assertThat(shop.migrate().upToDate()).containsExactly(acme, initech, late);
  }

  private static final String FAILS_FOR_BROKEN =
      "CREATE TABLE b ();\n\nSELECT 1 / CASE WHEN current_schema() LIKE '%broken' THEN 0 ELSE 1 END;";

  @Test
  void aFailingTenantStopsNobodyAndTheNextRunTakesUpWhatIsLeft() {
    Shop shop =
        new Shop(home, "shard1")
            .script("V1__a.sql", "CREATE TABLE a ();")
            .script("V2__b.sql", FAILS_FOR_BROKEN)
            .script("V3__c.sql", "CREATE TABLE c ();");
    shop.tenant("acme", "shard1");
    Tenant broken = shop.tenant("broken", "shard1");
    shop.tenant("initech", "shard1");

    MigrationResult result = shop.migrate();
    assertThat(names(result.migrated())).containsExactly("acme", "initech");
    assertThat(result.exitCode()).isEqualTo(ExitCode.PARTIAL);
    FailedTenant failed = result.failed().get(0);
    assertThat(failed.tenant()).isEqualTo(broken);
    assertThat(failed.applied()).containsExactly("V1__a.sql");
    assertThat(failed.script()).contains("V2__b.sql");
    assertThat(failed.sqlState()).contains("22012");
    assertThat(failed.position()).map(at -> at.line()).contains(3);
    assertThat(shop.tables(broken)).containsExactly("a");
    assertThat(result.diagnostics())
        .extracting(Diagnostic::toString)
        .containsExactly(
            "error[PPP604]: tenant \"broken\": migration \"V2__b.sql\": division by zero"
                + " (SQLSTATE 22012)");

    shop.script("V2__b.sql", "CREATE TABLE b ();");
    MigrationResult changed = shop.migrate();
    assertThat(changed.migrated())
        .containsExactly(new MigratedTenant(broken, List.of("V2__b.sql", "V3__c.sql")));
    assertThat(changed.failed())
        .extracting(one -> one.tenant().name().value(), FailedTenant::code)
        .containsExactly(
            tuple("acme", Code.MIGRATION_CHANGED), tuple("initech", Code.MIGRATION_CHANGED));
    assertThat(changed.diagnostics())
        .singleElement()
        .hasToString(
            "error[PPP606]: 2 tenants \"acme\", \"initech\":"
                + " \"migrations/V2__b.sql\" changed after it was applied");
  }

  @Test
  void pointsToTheCharacterThatTheServerMeans() {
    Shop shop =
        new Shop(home, "shard1")
            .script("V1__a.sql", "-- é\nSELECT 1; SELECT 2;\n\nSELECT 'é',\n  nope;\n");
    shop.tenant("acme", "shard1");
    shop.tenant("initech", "shard1");
    assertThat(shop.migrate().diagnostics())
        .singleElement()
        .satisfies(
            problem ->
                assertThat(problem.position())
                    .contains(new SourcePosition("migrations/V1__a.sql", 5, 3, 1, "  nope;")));
  }

  @Test
  void theTenantCanNeitherReadNorWriteItsHistory() {
    Shop shop = new Shop(home, "shard1").script("V1__a.sql", "CREATE TABLE a ();");
    Tenant acme = shop.tenant("acme", "shard1");
    shop.migrate();
    try (Session session = shop.superuser("shard1")) {
      assertThat(
              session.query(
                  """
                  SELECT pg_catalog.has_table_privilege(?, c.oid, 'SELECT') AS may_read,
                    pg_catalog.has_table_privilege(?, c.oid, 'INSERT, UPDATE, DELETE') AS may_write
                  FROM pg_catalog.pg_class c
                  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                  WHERE n.nspname = ? AND c.relkind = 'r'
                  ORDER BY c.relname""",
                  row -> row.bool("may_read") + " " + row.bool("may_write"),
                  acme.role().value(),
                  acme.role().value(),
                  acme.schema().value()))
          .containsExactly("true true", "false false");
    }
  }

  @Test
  void whatOneTenantsScriptSetsDoesNotReachTheNext() {
    Shop shop =
        new Shop(home, "shard1")
            .script("V1__a.sql", "CREATE TABLE a (id int);\nSET search_path = pg_catalog;")
            .script("V2__b.sql", "CREATE TABLE b (id int);\nSET lock_timeout = 77;");
    List<Tenant> tenants =
        List.of(
            shop.tenant("acme", "shard1"),
            shop.tenant("bluth-co", "shard1"),
            shop.tenant("initech", "shard1"));
    // One job, and so the same connections for all.
    assertThat(shop.migrate(Shop.request(1), MigrationListener.SILENT).migrated()).hasSize(3);
    for (Tenant tenant : tenants) {
      assertThat(shop.tables(tenant)).containsExactly("a", "b");
    }
  }

  @Test
  void createsIndexesConcurrentlyOnSeveralTenantsAtOnce() {
    Shop shop =
        new Shop(home, "shard1")
            .script("V1__a.sql", "CREATE TABLE a (id int, v text);")
            .script("V2__i.sql", "CREATE INDEX CONCURRENTLY a_v ON a (lower(v)) WHERE id > 0;")
            .script("V3__b.sql", "CREATE TABLE b (id int);\nINSERT INTO b VALUES (1);")
            .script("V4__j.sql", "ALTER TYPE mood ADD VALUE 'ok';\n")
            .script("V4__j.sql.conf", "executeInTransaction=false\n");
    shop.script("V0__t.sql", "CREATE TYPE mood AS ENUM ('sad');");
    for (int i = 0; i < 8; i++) {
      shop.tenant("t" + i, "shard1");
    }
    MigrationResult result = shop.migrate(Shop.request(4), MigrationListener.SILENT);
    assertThat(result.failed()).isEmpty();
    assertThat(result.migrated()).hasSize(8);
    try (Session session = shop.superuser("shard1")) {
      assertThat(
              session.query(
                  """
                  SELECT i.indisvalid AS valid FROM pg_catalog.pg_index i
                  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
                  WHERE c.relname = 'a_v' ORDER BY c.oid""",
                  row -> row.bool("valid")))
          .hasSize(8)
          .containsOnly(true);
    }
  }

  @Test
  void anIndexThatCannotBeBuiltIsReportedWithTheWayOn() {
    Shop shop =
        new Shop(home, "shard1")
            .script("V1__a.sql", "CREATE TABLE a (id int);\nINSERT INTO a VALUES (1), (1);")
            .script("V2__i.sql", "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS a_id ON a (id);");
    Tenant acme = shop.tenant("acme", "shard1");
    QualifiedName index = new QualifiedName(acme.schema(), Identifier.of("a_id"));
    String removal = Sql.of("DROP INDEX CONCURRENTLY {};", index).toString();

    FailedTenant duplicate = shop.migrate().failed().get(0);
    assertThat(duplicate.sqlState()).contains("23505");
    assertThat(duplicate.hint()).endsWith(removal);
    FailedTenant invalid = shop.migrate().failed().get(0);
    assertThat(invalid.code()).isEqualTo(Code.MIGRATION_INDEX_INVALID);
    assertThat(invalid.hint()).endsWith(removal);

    try (Session session = shop.superuser("shard1")) {
      session.execute(Sql.of("DROP INDEX CONCURRENTLY {}", index));
      session.execute(Sql.of("TRUNCATE {}", new QualifiedName(acme.schema(), Identifier.of("a"))));
    }
    assertThat(shop.migrate().migrated())
        .containsExactly(new MigratedTenant(acme, List.of("V2__i.sql")));
  }

  @Test
  void aScriptThatIsHalfDoneWaitsForAPerson() {
    Shop shop =
        new Shop(home, "shard1")
            .script("V1__a.sql", "CREATE TABLE a (id int);\nCREATE TABLE b ();\nSELECT 1 / 0;")
            .script("V1__a.sql.conf", "executeInTransaction=false");
    Tenant acme = shop.tenant("acme", "shard1");
    FailedTenant first = shop.migrate().failed().get(0);
    assertThat(first.code()).isEqualTo(Code.MIGRATION_FAILED);
    assertThat(shop.tables(acme)).containsExactly("a", "b");
    FailedTenant second = shop.migrate().failed().get(0);
    assertThat(second.code()).isEqualTo(Code.MIGRATION_HALF_DONE);
    String forgetting = new HistoryTable(acme.schema()).forgetting("V1__a.sql").toString();
    assertThat(first.hint()).endsWith(forgetting + ";");
    assertThat(second.hint()).endsWith(forgetting + ";");

    shop.script("V1__a.sql", "CREATE TABLE IF NOT EXISTS a (id int);");
    try (Session session = shop.superuser("shard1")) {
      session.execute(new HistoryTable(acme.schema()).forgetting("V1__a.sql"));
    }
    assertThat(shop.migrate().exitCode()).isEqualTo(ExitCode.DONE);
  }

  @Test
  void givesWayToALockAndTriesAgain() {
    Shop shop = new Shop(home, "shard1").script("V1__a.sql", "CREATE TABLE a ();");
    Tenant acme = shop.tenant("acme", "shard1");
    shop.migrate();
    shop.script("V2__a.sql", "CREATE TABLE b ();\nALTER TABLE a ADD v text;");
    CountDownLatch gaveWay = new CountDownLatch(2);
    List<String> reasons = Collections.synchronizedList(new ArrayList<>());
    MigrationListener listener =
        new MigrationListener() {
          @Override
          public void givingWay(Tenant tenant, int attempt, String reason, Duration pause) {
            reasons.add(reason);
            gaveWay.countDown();
          }
        };
    try (Session blocker = shop.superuser("shard1")) {
      CompletableFuture<MigrationResult> run =
          blocker.inTransaction(
              () -> {
                blocker.query(
                    Sql.of("SELECT FROM {}", new QualifiedName(acme.schema(), Identifier.of("a"))),
                    row -> row);
                CompletableFuture<MigrationResult> started =
                    CompletableFuture.supplyAsync(() -> shop.migrate(Shop.request(1), listener));
                await(gaveWay);
                return started;
              });
      assertThat(run.join().migrated())
          .containsExactly(new MigratedTenant(acme, List.of("V2__a.sql")));
    }
    assertThat(reasons).contains("canceling statement due to lock timeout");
    assertThat(shop.tables(acme)).containsExactly("a", "b");
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void tellsWhenALockIsHeldThroughAllTries() {
    Shop shop = new Shop(home, "shard1").script("V1__a.sql", "CREATE TABLE a ();");
    Tenant acme = shop.tenant("acme", "shard1");
    shop.migrate();
    shop.script("V2__a.sql", "ALTER TABLE a ADD v text;");
    LockRetry twice =
        new LockRetry(Duration.ofMillis(50), 2, Duration.ofMillis(1), Duration.ofMillis(1));
    try (Session blocker = shop.superuser("shard1")) {
      blocker.inTransaction(
          () -> {
            blocker.query(
                Sql.of("SELECT FROM {}", new QualifiedName(acme.schema(), Identifier.of("a"))),
                row -> row);
            MigrationResult result =
                new Migrator(shop.topology(), shop.connector(), twice)
                    .migrate(Shop.request(1), MigrationListener.SILENT);
            assertThat(result.failed().get(0).sqlState()).contains("55P03");
            assertThat(result.failed().get(0).hint()).contains("pg_locks");
          });
    }
  }

  @Test
  void theCanaryGoesFirstAndOthersFollowOnlyIfItSucceeds() {
    Shop shop =
        new Shop(home, "shard1")
            .script("V1__a.sql", "CREATE TABLE a ();")
            .script("V2__b.sql", FAILS_FOR_BROKEN);
    Tenant acme = shop.tenant("acme", "shard1");
    Tenant broken = shop.tenant("broken", "shard1");
    MigrationRequest brokenFirst =
        new MigrationRequest(TenantSelection.ALL, Optional.of(new TenantName("broken")), 2);
    MigrationResult stopped = shop.migrate(brokenFirst, MigrationListener.SILENT);
    assertThat(stopped.skipped()).containsExactly(acme);
    assertThat(stopped.failed()).extracting(FailedTenant::tenant).containsExactly(broken);
    assertThat(stopped.exitCode()).isEqualTo(ExitCode.PARTIAL);
    assertThat(shop.tables(acme)).isEmpty();

    shop.script("V2__b.sql", "CREATE TABLE b ();");
    List<Tenant> order = Collections.synchronizedList(new ArrayList<>());
    shop.migrate(
        brokenFirst,
        new MigrationListener() {
          @Override
          public void migrated(MigratedTenant one) {
            order.add(one.tenant());
          }
        });
    assertThat(order).containsExactly(broken, acme);
  }

  @Test
  void refusesACanaryThatIsNotAmongTheTenants() {
    Shop shop = new Shop(home, "shard1").script("V1__a.sql", "CREATE TABLE a ();");
    Tenant acme = shop.tenant("acme", "shard1");
    PppException refusal =
        catchThrowableOfType(
            PppException.class,
            () ->
                shop.migrate(
                    new MigrationRequest(
                        TenantSelection.ALL, Optional.of(new TenantName("nobody")), 1),
                    MigrationListener.SILENT));
    assertThat(refusal.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(shop.tables(acme)).isEmpty();
  }

  @Test
  void aShardThatIsDownStopsNoOther() {
    Shop shop = new Shop(home, "shard1").script("V1__a.sql", "CREATE TABLE a ();");
    shop.addShard(
        ServerDefinition.local(
            new ServerName("shard2"), TestServer.freePort(), Identifier.of("down")));
    Tenant acme = shop.tenant("acme", "shard1");
    Tenant initech = shop.tenantWithoutSchema("initech", "shard2");
    Tenant forgotten = shop.tenantWithoutSchema("forgotten", "shard1");
    MigrationResult result = shop.migrate();
    assertThat(result.migrated()).extracting(MigratedTenant::tenant).containsExactly(acme);
    assertThat(result.unreachable())
        .singleElement()
        .satisfies(
            shard -> {
              assertThat(shard.tenants()).containsExactly(initech);
              assertThat(shard.reason().code()).isEqualTo(Code.SERVER_UNREACHABLE);
            });
    assertThat(result.failed())
        .extracting(FailedTenant::tenant, FailedTenant::code)
        .containsExactly(tuple(forgotten, Code.SCHEMA_MISSING));

    MigrationResult onlyDown =
        shop.migrate(
            new MigrationRequest(
                new TenantSelection(List.of(), List.of(new Glob("*2"))), Optional.empty(), 1),
            MigrationListener.SILENT);
    assertThat(onlyDown.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
  }

  @Test
  void aShardThatRefusesTheOwnerIsLeftOut() {
    Shop shop = new Shop(home, "shard1").script("V1__a.sql", "CREATE TABLE a ();");
    Tenant acme = shop.tenant("acme", "shard1");
    Tenant initech = shop.tenant("initech", "shard1");
    try (Session session = shop.superuser("shard1")) {
      session.execute(Sql.of("ALTER ROLE {} PASSWORD 'another'", shop.owner()));
    }
    MigrationResult result = shop.migrate();
    assertThat(result.unreachable())
        .singleElement()
        .satisfies(
            shard -> {
              assertThat(shard.tenants()).containsExactly(acme, initech);
              assertThat(shard.reason().code()).isEqualTo(Code.LOGIN_REFUSED);
            });
    assertThat(result.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
  }

  @Test
  void flywayRunsForTheFirstTenantAndTheOthersGetTheSameWithoutIt() {
    Shop shop =
        new Shop(home, "shard1")
            .script("V1__a.sql", "CREATE TABLE a (t text);\nINSERT INTO a VALUES (';{d}');")
            .script("V2.1__f.sql", "DO $$ BEGIN RAISE WARNING 'a;b'; END $$;")
            .script("R__v.sql", "CREATE VIEW v AS SELECT t, current_schema() FROM a;");
    List<Tenant> tenants =
        List.of(
            shop.tenant("acme", "shard1"),
            shop.tenant("globex", "shard1"),
            shop.tenant("initech", "shard1"));
    List<String> warnings = new ArrayList<>();
    MigrationResult result =
        shop.migrate(
            Shop.request(1),
            new MigrationListener() {
              @Override
              public void warned(Tenant tenant, String script, String warning) {
                warnings.add(tenant.name() + " " + script + " " + warning);
              }
            });
    assertThat(result.migrated())
        .extracting(MigratedTenant::applied)
        .containsOnly(List.of("V1__a.sql", "V2.1__f.sql", "R__v.sql"))
        .hasSize(3);
    assertThat(warnings)
        .containsExactly(
            "acme V2.1__f.sql a;b", "globex V2.1__f.sql a;b", "initech V2.1__f.sql a;b");
    try (Session session = shop.superuser("shard1")) {
      List<String> first = traces(session, tenants.get(0));
      assertThat(first).hasSize(3 + 10 + 2 + 1);
      assertThat(traces(session, tenants.get(1))).isEqualTo(first);
      assertThat(traces(session, tenants.get(2))).isEqualTo(first);
    }
    ServerDefinition shard = shop.topology().shards().get(0);
    assertThat(ServerLog.count(shard, "SHOW search_path"))
        .as("Flyway's own statements are those of one tenant, not of three")
        .isLessThan(2 * flywaysStatementsForOneTenant());
  }

  /** Rows, columns, indexes and grants of a tenant's history, and its data. */
  private static List<String> traces(Session session, Tenant tenant) {
    List<String> traces = new ArrayList<>();
    Sql history = Sql.of("{}.flyway_schema_history", tenant.schema());
    traces.addAll(
        session.query(
            Sql.of(
                "SELECT concat_ws('|', installed_rank, version, description, type, script, checksum,"
                    + " installed_by, success) AS trace FROM {} ORDER BY installed_rank",
                history),
            row -> row.string("trace")));
    traces.addAll(
        session.query(
            """
            SELECT concat_ws('|', attname, format_type(atttypid, atttypmod), attnotnull,
              pg_get_expr(d.adbin, d.adrelid), c.relacl::text) AS trace
            FROM pg_attribute a
            JOIN pg_class c ON c.oid = a.attrelid
            LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            WHERE c.relnamespace = ?::regnamespace AND c.relname = 'flyway_schema_history'
              AND a.attnum > 0
            ORDER BY a.attnum""",
            row -> row.string("trace"),
            tenant.schema().value()));
    traces.addAll(
        session.query(
            """
            SELECT replace(indexdef, schemaname, '') AS trace FROM pg_indexes
            WHERE schemaname = ? ORDER BY indexname""",
            row -> row.string("trace"),
            tenant.schema().value()));
    traces.addAll(
        session.query(
            Sql.of("SELECT t AS trace FROM {}.v", tenant.schema()), row -> row.string("trace")));
    return traces;
  }

  private long flywaysStatementsForOneTenant() {
    Shop alone = new Shop(home, "shard1");
    alone.tenant("alone", "shard1");
    alone.migrate();
    return ServerLog.count(alone.topology().shards().get(0), "SHOW search_path");
  }

  @Test
  void passesWarningsOfTheServerOn() {
    Shop shop =
        new Shop(home, "shard1")
            .script(
                "V1__a.sql",
                "CREATE TABLE IF NOT EXISTS a ();\nCREATE TABLE IF NOT EXISTS a ();\n"
                    + "DO $$ BEGIN RAISE WARNING 'take care of ${this}'; END $$;");
    shop.tenant("acme", "shard1");
    List<String> events = Collections.synchronizedList(new ArrayList<>());
    shop.migrate(
        Shop.request(1),
        new MigrationListener() {
          @Override
          public void warned(Tenant tenant, String script, String warning) {
            events.add(tenant.name() + " " + script + " " + warning);
          }

          @Override
          public void applied(Tenant tenant, String script) {
            events.add(tenant.name() + " " + script);
          }
        });
    assertThat(events).containsExactly("acme V1__a.sql take care of ${this}", "acme V1__a.sql");
  }

  @Test
  void aScriptThatMendsItsOwnIndexMayDoSo() {
    String unnamed = "CREATE UNIQUE INDEX CONCURRENTLY ON a (id);";
    Shop shop =
        new Shop(home, "shard1")
            .script("V1__a.sql", "CREATE TABLE a (id int);\nINSERT INTO a VALUES (1), (1);")
            .script("V2__i.sql", unnamed);
    Tenant acme = shop.tenant("acme", "shard1");
    shop.migrate();
    assertThat(shop.migrate().failed())
        .extracting(FailedTenant::code)
        .containsExactly(Code.MIGRATION_INDEX_INVALID);
    shop.script("V2__i.sql", "DROP INDEX CONCURRENTLY IF EXISTS a_id_idx;\n" + unnamed);
    try (Session session = shop.superuser("shard1")) {
      session.execute(Sql.of("TRUNCATE {}", new QualifiedName(acme.schema(), Identifier.of("a"))));
    }
    assertThat(shop.migrate().exitCode()).isEqualTo(ExitCode.DONE);
  }

  @Test
  void schemasWithTablesOfSomebodyElseAreLeftAlone() {
    Shop shop = new Shop(home, "shard1").script("V1__a.sql", "CREATE TABLE a ();");
    Tenant acme = shop.tenant("acme", "shard1");
    try (Session session = shop.superuser("shard1")) {
      session.execute(
          Sql.of("CREATE TABLE {} ()", new QualifiedName(acme.schema(), Identifier.of("old"))));
    }
    assertThat(shop.migrate().failed())
        .extracting(FailedTenant::code)
        .containsExactly(Code.SCHEMA_NOT_EMPTY);
    assertThat(shop.tables(acme)).containsExactly("old");
  }

  @Test
  void theDemosMigrationsRun() {
    Shop shop = new Shop(Path.of("").toAbsolutePath(), "shard1");
    Tenant acme = shop.tenant("acme", "shard1");
    assertThat(shop.migrate().diagnostics()).isEmpty();
    assertThat(shop.tables(acme)).containsExactly("authors", "books");
    try (Session session = shop.superuser("shard1")) {
      QualifiedName authors = new QualifiedName(acme.schema(), Identifier.of("authors"));
      QualifiedName books = new QualifiedName(acme.schema(), Identifier.of("books"));
      assertThat(
              session.query(
                  Sql.of(
                      """
                      SELECT (SELECT count(*) FROM {}) AS authors, count(*) AS books,
                        count(*) FILTER (WHERE published BETWEEN born + 15 AND coalesce(died, 2026) + 60)
                          AS plausible
                      FROM {} b JOIN {} a ON a.id = b.author_id""",
                      authors,
                      books,
                      authors),
                  row ->
                      row.number("authors")
                          + " "
                          + row.number("books")
                          + " "
                          + row.number("plausible")))
          .containsExactly("15 49 49");
    }
  }
}
