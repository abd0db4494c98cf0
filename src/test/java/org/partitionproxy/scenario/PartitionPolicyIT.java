package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.partitionproxy.testing.EveryPostgres;
import org.partitionproxy.testing.PostgresVersion;
import org.partitionproxy.testing.TestServer;

/** What shards.yaml says of partitions, on its way to the shards. */
@Execution(ExecutionMode.CONCURRENT)
class PartitionPolicyIT {

  private static final String EVENTS =
      "CREATE TABLE events (id bigint, created_at timestamptz NOT NULL, note text)"
          + " PARTITION BY RANGE (created_at);\n";
  private static final String PARTITIONS =
      "SELECT count(*) FROM pg_inherits WHERE inhparent = '%s'::regclass";

  @TempDir private Path folder;

  private Scene scene(PostgresVersion version) throws IOException {
    return new Scene(
        folder, TestServer.shared("beside-a", version), TestServer.shared("beside-b", version));
  }

  private static String value(Scene scene, String sql) throws SQLException {
    try (Client superuser = scene.superuser("shard1")) {
      return superuser.value(sql);
    }
  }

  private static String policies(Scene scene) throws SQLException {
    return value(
        scene,
        "SELECT coalesce(string_agg(concat_ws(' ', schema, name, step, unit, ahead, keep, retire),"
            + " ', ' ORDER BY schema, name), '') FROM ppp.partition_policy");
  }

  @EveryPostgres
  void followsTheFileAndKeepsWhatWasMade(PostgresVersion version) throws Exception {
    Scene scene = scene(version);
    scene.tenant("bolt", "shard1");
    scene.migration("V2__events.sql", EVENTS);
    String policy =
        "partitions: { events: { by: created_at, every: 1 day, ahead: 3, keep: 90 days,"
            + " tenants: { bolt: { ahead: 1, retire: drop } } } }";
    scene.line(policy);
    assertThat(scene.run("plan")).contains("partition policies");
    scene.run("initialize");
    scene.isInStep();
    String acme = scene.schema("acme");
    String bolt = scene.schema("bolt");
    assertThat(policies(scene))
        .isEqualTo(
            acme + " events 1 day 3 90 days detach, " + bolt + " events 1 day 1 90 days drop");
    assertThat(value(scene, PARTITIONS.formatted(acme + ".events"))).isEqualTo("4");
    try (Client own = scene.as("veneer", scene.role("acme"))) {
      own.execute("INSERT INTO events VALUES (1, now(), 'through the veneer')");
      assertThat(own.value("SELECT count(*) FROM events")).isEqualTo("1");
    }
    assertThat(scene.run("status", "--output", "openmetrics"))
        .containsPattern(
            "ppp_table_partitions_ahead\\{.*tenant=\"acme\",shard=\"shard1\",table=\"events\"} 3\n")
        .containsPattern("ppp_table_partitions_ahead\\{.*tenant=\"bolt\",.*} 1\n")
        .containsPattern("ppp_table_partition_gaps\\{.*tenant=\"bolt\",.*} 0\n");

    scene.withoutLine(policy);
    String other =
        "partitions: { events: { by: created_at, every: 1 day, ahead: 5, keep: 7 years } }";
    scene.line(other);
    assertThat(scene.run("plan"))
        .contains(
            "~ partition policy " + acme + ".events (ahead 5, was 3; keep 7 years, was 90 days)")
        .contains(
            bolt + ".events (ahead 5, was 1; keep 7 years, was 90 days; retire detach, was drop)");
    scene.run("initialize");
    scene.isInStep();
    assertThat(value(scene, PARTITIONS.formatted(acme + ".events"))).isEqualTo("6");

    scene.withoutLine(other);
    assertThat(scene.run("plan")).contains("- partition policy " + acme + ".events");
    scene.run("initialize");
    scene.isInStep();
    assertThat(policies(scene)).isEmpty();
    assertThat(value(scene, PARTITIONS.formatted(acme + ".events"))).isEqualTo("6");
  }

  @Test
  void namesWhatContradictsAPolicyAndAppliesTheOthers() throws Exception {
    Scene scene = scene(PostgresVersion.embedded());
    scene.migration(
        "V2__tables.sql",
        EVENTS
            + """
            CREATE TABLE plain (created_at timestamptz);
            CREATE TABLE listed (created_at timestamptz) PARTITION BY LIST (created_at);
            CREATE TABLE two (a timestamptz, created_at timestamptz) PARTITION BY RANGE (created_at, a);
            CREATE TABLE texts (created_at text) PARTITION BY RANGE (created_at);
            CREATE TABLE counted (created_at bigint NOT NULL) PARTITION BY RANGE (created_at);
            CREATE TABLE days (created_at date NOT NULL) PARTITION BY RANGE (created_at);
            CREATE TABLE lacking (at timestamptz) PARTITION BY RANGE (at);
            CREATE TABLE may_be (created_at timestamptz) PARTITION BY RANGE (created_at);
            CREATE VIEW seen AS SELECT * FROM plain;
            CREATE TABLE monthly (created_at timestamptz NOT NULL) PARTITION BY RANGE (created_at);
            CREATE TABLE monthly_1 PARTITION OF monthly
              FOR VALUES FROM ('2020-01-01 00:00+00') TO ('2020-02-01 00:00+00');
            CREATE TABLE spare (created_at timestamptz NOT NULL) PARTITION BY RANGE (created_at);
            CREATE TABLE spare_default PARTITION OF spare DEFAULT;
            INSERT INTO spare VALUES (now());
            """);
    scene.run("initialize");
    String daily = "{ by: created_at, every: 1 day, keep: 2 days }";
    StringBuilder line = new StringBuilder("partitions:\n");
    for (String table :
        List.of(
            "plain", "listed", "two", "texts", "counted", "lacking", "may_be", "seen", "monthly",
            "spare", "absent", "events")) {
      line.append("  ").append(table).append(": ").append(daily).append('\n');
    }
    line.append("  days: { by: created_at, every: 1 hour }\n");
    scene.line(line.toString());
    String plan = scene.run("plan");
    String of = "\" of \"acme\": ";
    assertThat(plan)
        .contains(
            "+ partition policy " + scene.schema("acme") + ".events (by created_at, every 1 day)")
        .contains(
            "\"plain" + of + "it is not partitioned; `ppp partitions convert plain --tenant NAME")
        .contains(
            "\"listed" + of + "it is partitioned by LIST (created_at), and the policy needs RANGE")
        .contains("\"two" + of + "it is partitioned by RANGE (created_at, a)")
        .contains("\"texts" + of + "column \"created_at\" is of type text")
        .contains("\"counted" + of + "column \"created_at\" is of type bigint, and encoded:")
        .contains("\"days" + of + "column \"created_at\" is of type date, and every: 1 hour")
        .contains("\"lacking" + of + "it has no column \"created_at\"")
        .contains("\"may_be" + of + "column \"created_at\" may be NULL")
        .contains("\"seen" + of + "it is no table")
        .contains(
            "\"monthly"
                + of
                + "the newest partition reaches from 2020-01-01 00:00:00+00 to 2020-02-01")
        .contains("\"absent\": no tenant has a table of this name");
    assertThat(scene.ppp("initialize").succeeded().err())
        .contains("spare on shard \"shard1\" has 1 row from");
    assertThat(policies(scene)).doesNotContain("plain").contains(" monthly ", " spare ");
    assertThat(value(scene, PARTITIONS.formatted(scene.schema("acme") + ".spare"))).isEqualTo("7");
    assertThat(scene.run("plan"))
        .contains("\"spare" + of + "the default partition \"spare_default\" has rows");
  }

  @EveryPostgres
  void aPolicyGoesWithWhatAKilledRunLeftOfIt(PostgresVersion version) throws Exception {
    Scene scene = scene(version);
    scene.migration(
        "V2__numbers.sql",
        """
        CREATE TABLE numbers (n bigint NOT NULL) PARTITION BY RANGE (n);
        CREATE TABLE others PARTITION OF numbers DEFAULT;
        ALTER TABLE others ADD CONSTRAINT own CHECK (n < 1000);
        """);
    String policy = "partitions: { numbers: { by: n, every: 10, ahead: 1 } }";
    scene.line(policy);
    scene.run("initialize");
    String schema = scene.schema("acme");
    String checks =
        "SELECT string_agg(conname, ', ' ORDER BY conname) FROM pg_constraint WHERE conrelid = '"
            + schema
            + ".others'::regclass AND contype = 'c'";
    assertThat(value(scene, checks)).isEqualTo("own");
    try (Client superuser = scene.superuser("shard1")) {
      superuser.execute(
          "DROP TABLE %s.numbers_0000000000000000000, %1$s.numbers_0000000000000000010"
              .formatted(schema));
      superuser.execute("SELECT ppp.make_partitions('" + schema + "', 'numbers')");
      assertThat(superuser.refusal("INSERT INTO " + schema + ".numbers VALUES (5)"))
          .isEqualTo("23514");
    }
    assertThat(value(scene, checks)).isEqualTo("own, ppp_not_0, ppp_not_10");

    scene.withoutLine(policy);
    assertThat(scene.run("plan"))
        .contains("- partition policy " + schema + ".numbers (and CHECKs ppp_not_0, ppp_not_10)");
    scene.run("initialize");
    scene.isInStep();
    assertThat(value(scene, checks)).isEqualTo("own");
    try (Client superuser = scene.superuser("shard1")) {
      superuser.execute("INSERT INTO " + schema + ".numbers VALUES (5)");
      superuser.execute(
          "ALTER TABLE " + schema + ".others ADD CONSTRAINT ppp_not_20 CHECK (n < 20)");
    }
    assertThat(scene.run("plan"))
        .contains("- partition policy " + schema + ".numbers (gone, but for CHECKs ppp_not_20)");
    scene.run("initialize");
    assertThat(value(scene, checks)).isEqualTo("own");
  }

  @Test
  void aMigrationsNewTableTakesRowsAtOnce() throws Exception {
    Scene scene = scene(PostgresVersion.embedded());
    String table = "by: created_at, every: month, ahead: 1";
    scene.line("partitions: { events: { " + table + " }, others: { " + table + " } }");
    scene.run("initialize");
    scene.migration("V2__events.sql", EVENTS);
    scene.run("migrate");
    try (Client own = scene.as("veneer", scene.role("acme"))) {
      own.execute("INSERT INTO events VALUES (1, now(), 'new')");
    }
    assertThat(policies(scene)).isEqualTo(scene.schema("acme") + " events 1 month 1 detach");
  }

  @Test
  void namesSessionsWhoseTimeZoneIsNotThatOfTimesWithoutZone() throws Exception {
    Scene scene = scene(PostgresVersion.embedded());
    scene.migration(
        "V2__events.sql",
        "CREATE TABLE readings (at timestamp NOT NULL DEFAULT now()) PARTITION BY RANGE (at);");
    scene.line("partitions: { readings: { by: at, every: 1 minute, ahead: 2, keep: 10 minutes } }");
    scene.run("initialize");
    String role = scene.role("acme");
    try (Client superuser = scene.superuser("shard1")) {
      superuser.execute(
          "ALTER ROLE %s IN DATABASE %s SET TimeZone = 'Asia/Tokyo'"
              .formatted(role, scene.database()));
      superuser.execute("ALTER ROLE %s SET TimeZone = 'Etc/GMT'".formatted(scene.appRole()));
    }
    assertThat(scene.run("plan"))
        .contains(
            "partitions of \"readings\" of \"acme\": times without zone are of UTC, and role \""
                + role
                + "\" in database \""
                + scene.database()
                + "\" of shard \"shard1\" has TimeZone Asia/Tokyo")
        .doesNotContain(scene.appRole());
    String insert = "INSERT INTO %s.readings DEFAULT VALUES".formatted(scene.schema("acme"));
    try (Client own = scene.as("shard1", role)) {
      own.execute("SET TimeZone = 'Asia/Tokyo'");
      assertThat(own.refusal(insert)).isEqualTo("23514");
      own.execute("SET TimeZone = 'UTC'");
      own.execute(insert);
    }
    try (Client superuser = scene.superuser("shard1")) {
      superuser.execute(
          "ALTER ROLE %s IN DATABASE %s RESET TimeZone".formatted(role, scene.database()));
      superuser.execute(
          "ALTER DATABASE %s SET TimeZone = 'Europe/Berlin'".formatted(scene.database()));
    }
    assertThat(scene.run("plan"))
        .contains(
            "database \"%s\" of shard \"shard1\" has TimeZone Europe/Berlin"
                .formatted(scene.database()))
        .doesNotContain("Tokyo");
  }
}
