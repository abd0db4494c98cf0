package org.partitionproxy.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Row;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.testing.EveryPostgres;
import org.partitionproxy.testing.PostgresVersion;
import org.partitionproxy.testing.TestServer;

class PartitionFunctionsIT {

  private static final String EVENTS =
      """
      CREATE TABLE acme.events (id serial, created_at timestamp NOT NULL DEFAULT now(),
        payload jsonb NOT NULL, PRIMARY KEY (id, created_at)) PARTITION BY RANGE (created_at);
      """;

  private static final String TURN =
      "SELECT action, partition, lower, upper, rows, again"
          + " FROM ppp.make_partitions('acme', 'events', ?::timestamptz)";

  /** One at most. */
  private static final String FEW =
      "SELECT action, partition, lower, upper, rows, again"
          + " FROM ppp.make_partitions('acme', 'events', '2026-11-20 22:00:05+00', 1)";

  private static Connector connector() {
    return new Connector(name -> Optional.empty(), "ppp test");
  }

  private static Session database(PostgresVersion version, String... scripts) {
    Session session =
        connector().superuser(TestServer.shared("a", version).freshDatabase("shard1"));
    session.execute(Ledger.statements(new Stamp("test", "shard1", Ledger.VERSION, "")));
    session.execute(Sql.resource(PartitionFunctions.SQL));
    session.executeScript("CREATE SCHEMA acme;" + String.join("", scripts));
    return session;
  }

  private static String policy(String key, String encoding, String step, String rest) {
    return "INSERT INTO ppp.partition_policy VALUES ('acme', 'events', '%s', '%s', %s, %s);"
        .formatted(key, encoding, step, rest);
  }

  /** Ten seconds, four at a time. */
  private static String tenSeconds() {
    return policy(
        "created_at",
        "",
        "10, 'second'",
        "'UTC', 3, NULL, 'detach', '{table}_{start}', false, '{}'");
  }

  private static List<String> turn(Session session, String at) {
    return session.query(TURN, PartitionFunctionsIT::line, at);
  }

  private static String line(Row row) {
    return Stream.of(
            row.string("action"),
            row.findString("partition").orElse("-"),
            row.string("lower") + " to " + row.string("upper"),
            row.findNumber("rows").map(n -> Long.toString(n)).orElse("-"),
            row.bool("again") ? "again" : "")
        .reduce((a, b) -> a + " " + b)
        .orElseThrow()
        .strip();
  }

  @EveryPostgres
  void makesWhatIsMissingAndNothingElse(PostgresVersion version) {
    try (Session session = database(version, EVENTS, tenSeconds())) {
      assertThat(turn(session, "2026-11-20 22:00:05+00"))
          .containsExactly(
              "made events_20261120_220000 2026-11-20 22:00:00 to 2026-11-20 22:00:10 -",
              "made events_20261120_220010 2026-11-20 22:00:10 to 2026-11-20 22:00:20 -",
              "made events_20261120_220020 2026-11-20 22:00:20 to 2026-11-20 22:00:30 -",
              "made events_20261120_220030 2026-11-20 22:00:30 to 2026-11-20 22:00:40 -");
      assertThat(turn(session, "2026-11-20 22:00:09+00")).isEmpty();
      session.executeScript(
          """
          DROP TABLE acme.events_20261120_220010;
          CREATE TABLE acme.odd PARTITION OF acme.events
            FOR VALUES FROM ('2026-11-20 22:00:47') TO ('2026-11-20 22:01:00')""");
      assertThat(turn(session, "2026-11-20 22:00:35+00"))
          .containsExactly(
              "made events_20261120_220010 2026-11-20 22:00:10 to 2026-11-20 22:00:20 -",
              "made events_20261120_220040 2026-11-20 22:00:40 to 2026-11-20 22:00:47 -",
              "made events_20261120_220100 2026-11-20 22:01:00 to 2026-11-20 22:01:10 -");
    }
  }

  @EveryPostgres
  void makesNothingOlderThanWhatIsKept(PostgresVersion version) {
    try (Session session =
        database(
            version,
            EVENTS,
            policy(
                "created_at",
                "",
                "1, 'day'",
                "'UTC', 1, '2 days', 'detach', '{table}_{start}', false, '{}'"),
            "CREATE TABLE acme.old PARTITION OF acme.events"
                + " FOR VALUES FROM ('2026-01-01') TO ('2026-01-02');")) {
      assertThat(turn(session, "2026-11-20 12:00:00+00"))
          .extracting(line -> line.split(" ", -1)[1])
          .containsExactly(
              "events_20261118", "events_20261119", "events_20261120", "events_20261121");
    }
  }

  @EveryPostgres
  void goesAroundADefaultPartitionInSeveralTurns(PostgresVersion version) {
    try (Session session =
        database(
            version,
            EVENTS,
            tenSeconds(),
            "CREATE TABLE acme.events_rest PARTITION OF acme.events DEFAULT;"
                + "INSERT INTO acme.events (created_at, payload) VALUES ('2026-11-20 22:00:31', '{}')")) {
      String blocked = "blocked - 2026-11-20 22:00:30 to 2026-11-20 22:00:40 1";
      String guarded = "guarded - 2026-11-20 22:00:00 to 2026-11-20 22:00:10 - again";
      String at = "2026-11-20 22:00:05+00";
      assertThat(turn(session, at)).hasSize(4).contains(guarded, blocked);
      assertThat(turn(session, at)).hasSize(4).contains(guarded, blocked);
      assertThat(turn(session, at))
          .hasSize(4)
          .contains(
              "made events_20261120_220000 2026-11-20 22:00:00 to 2026-11-20 22:00:10 -", blocked);
      assertThat(turn(session, at)).containsExactly(blocked);
      assertThat(guards(session)).isZero();
    }
  }

  @EveryPostgres
  void makesFewInATurnAndNoneWaitsForWhatIsBlocked(PostgresVersion version) {
    try (Session session =
        database(
            version,
            EVENTS,
            tenSeconds(),
            "CREATE TABLE acme.events_rest PARTITION OF acme.events DEFAULT;"
                + "INSERT INTO acme.events (created_at, payload) VALUES ('2026-11-20 22:00:01', '{}')")) {
      assertThat(session.query(FEW, PartitionFunctionsIT::line))
          .containsExactly(
              "blocked - 2026-11-20 22:00:00 to 2026-11-20 22:00:10 1",
              "guarded - 2026-11-20 22:00:10 to 2026-11-20 22:00:20 - again");
      session.executeScript("DROP TABLE acme.events_rest");
      assertThat(session.query(FEW, PartitionFunctionsIT::line))
          .containsExactly(
              "made events_20261120_220000 2026-11-20 22:00:00 to 2026-11-20 22:00:10 - again");
    }
  }

  /** As pg_cron calls it: a lock that somebody holds for long is asked for again and again. */
  @Test
  void aJobWaitsForALockInShortTurns() {
    try (Session session = database(PostgresVersion.embedded(), EVENTS, tenSeconds());
        Session holder = connector().superuser(session.server());
        Session job = connector().superuser(session.server())) {
      session.execute(Sql.resource(PartitionFunctions.JOB));
      holder.executeScript("BEGIN; LOCK TABLE acme.events IN SHARE UPDATE EXCLUSIVE MODE");
      CompletableFuture<Void> call =
          CompletableFuture.runAsync(
              () -> job.executeScript("CALL ppp.make_all_partitions('events')"));
      Set<String> turns = new TreeSet<>();
      await()
          .pollInterval(Duration.ofMillis(20))
          .atMost(Duration.ofSeconds(30))
          .until(
              () -> {
                turns.addAll(
                    session.query(
                        "SELECT virtualtransaction FROM pg_catalog.pg_locks WHERE pid = ?"
                            + " AND NOT granted",
                        row -> row.string("virtualtransaction"),
                        job.backendPid()));
                return turns.size() > 1 || call.isDone();
              });
      holder.executeScript("COMMIT");
      call.join();
      assertThat(turns).hasSizeGreaterThan(1);
      assertThat(
              session.query(
                  "SELECT count(*) AS n FROM pg_catalog.pg_inherits"
                      + " WHERE inhparent = 'acme.events'::regclass",
                  row -> row.number("n")))
          .containsExactly(4L);
    }
  }

  /** Nobody would look at a job that says it succeeded. */
  @Test
  void aJobFailsWhereRowsAreInTheWayAndMakesTheOthers() {
    try (Session session =
        database(
            PostgresVersion.embedded(),
            EVENTS,
            tenSeconds(),
            "CREATE TABLE acme.rest PARTITION OF acme.events DEFAULT;"
                + "INSERT INTO acme.events (created_at, payload)"
                + " SELECT now() AT TIME ZONE 'UTC' + i * interval '10 s', '{}'"
                + " FROM generate_series(1, 2) AS i;")) {
      session.execute(Sql.resource(PartitionFunctions.JOB));
      SqlFailure failure =
          catchThrowableOfType(
              SqlFailure.class,
              () -> session.execute(Sql.of("CALL ppp.make_all_partitions('events')")));
      assertThat(failure).hasMessageContaining("not all partitions are made");
      assertThat(
              session.query(
                  "SELECT count(*) > 1 AS others FROM pg_catalog.pg_inherits"
                      + " WHERE inhparent = 'acme.events'::regclass",
                  row -> row.bool("others")))
          .containsExactly(true);
    }
  }

  @EveryPostgres
  void givesUpAGuardThatRowsCameBefore(PostgresVersion version) {
    try (Session session =
        database(
            version,
            EVENTS,
            tenSeconds(),
            "CREATE TABLE acme.events_rest PARTITION OF acme.events DEFAULT;"
                + "ALTER TABLE acme.events_rest ADD CONSTRAINT \"ppp_not_1999-01-01 00:00:00\" CHECK (id > 0);"
                + "INSERT INTO acme.events (created_at, payload) VALUES ('2026-11-20 22:00:01', '{}');"
                + "ALTER TABLE acme.events_rest ADD CONSTRAINT \"ppp_not_2026-11-20 22:00:00\""
                + " CHECK (created_at < '2026-11-20 22:00:00' OR created_at >= '2026-11-20 22:00:10') NOT VALID")) {
      String at = "2026-11-20 22:00:05+00";
      assertThat(turn(session, at))
          .contains("blocked - 2026-11-20 22:00:00 to 2026-11-20 22:00:10 -");
      assertThat(turn(session, at))
          .contains("blocked - 2026-11-20 22:00:00 to 2026-11-20 22:00:10 1");
      turn(session, at);
      assertThat(guards(session)).isZero();
    }
  }

  private static long guards(Session session) {
    return session
        .queryOne(
            "SELECT count(*) AS n FROM pg_constraint WHERE conname LIKE 'ppp\\_%'",
            row -> row.number("n"))
        .orElseThrow();
  }

  @EveryPostgres
  void givesAPartitionAllThatItsParentHas(PostgresVersion version) {
    String role = "r W " + version;
    try (Session session =
        database(
            version,
            """
            CREATE TABLE acme.client (id int PRIMARY KEY);
            CREATE FUNCTION acme.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
            CREATE TABLE acme.events (id bigint NOT NULL DEFAULT 7, "At" timestamptz NOT NULL,
              c int REFERENCES acme.client, n text COLLATE "C" CHECK (n <> 'x'),
              g int GENERATED ALWAYS AS (1 + 2) STORED, UNIQUE (id, "At")) PARTITION BY RANGE ("At");
            ALTER TABLE acme.events ALTER n SET STATISTICS 77, ALTER n SET STORAGE EXTERNAL,
              ALTER id SET (n_distinct = -1);
            CREATE INDEX ON acme.events (n) WITH (fillfactor = 70);
            DO $$ BEGIN CREATE ROLE "%1$s"; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
            GRANT ALL ON SCHEMA acme TO "%1$s";
            ALTER TABLE acme.events OWNER TO "%1$s";
            GRANT SELECT ON acme.events TO PUBLIC;
            GRANT UPDATE (n) ON acme.events TO pg_monitor WITH GRANT OPTION;
            ALTER TABLE acme.events ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            CREATE POLICY p ON acme.events FOR UPDATE TO "%1$s" USING (id > 0) WITH CHECK (id > 1);
            ALTER TABLE acme.events REPLICA IDENTITY USING INDEX "events_id_At_key";
            CREATE TRIGGER t BEFORE INSERT ON acme.events FOR EACH ROW EXECUTE FUNCTION acme.f();
            COMMENT ON TABLE acme.events IS 'it''s';
            """
                .formatted(role),
            policy(
                "At",
                "",
                "1, 'day'",
                "'Europe/Berlin', 1, NULL, 'detach', '{table}_{start}', true,"
                    + " ARRAY['ALTER TABLE {partition} SET (fillfactor = 50)']"))) {
      // The day on which summer time ends.
      assertThat(turn(session, "2026-10-25 00:00:00+00"))
          .contains("made events_20261025 2026-10-24 22:00:00+00 to 2026-10-25 23:00:00+00 -");
      String one =
          session
              .queryOne(
                  """
                  SELECT concat_ws(' | ', c.relowner::regrole, array_length(c.relacl, 1), c.relrowsecurity,
                    c.relforcerowsecurity, c.relreplident, c.reloptions, obj_description(c.oid, 'pg_class'),
                    (SELECT string_agg(a.attname || ' ' || a.attstorage::text || coalesce(a.attstattarget::text, '-1')
                        || coalesce(a.attoptions::text, '') || coalesce(a.attacl::text, ''), ', ' ORDER BY a.attnum)
                      FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attname IN ('id', 'n')),
                    (SELECT string_agg(pg_get_constraintdef(x.oid), ', ' ORDER BY x.contype, x.conname)
                      FROM pg_constraint AS x WHERE x.conrelid = c.oid AND x.contype <> 'n'),
                    (SELECT count(*) FROM pg_index AS i WHERE i.indrelid = c.oid),
                    (SELECT string_agg(t.tgname, ', ') FROM pg_trigger AS t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal),
                    (SELECT string_agg(p.polname || p.polcmd::text || pg_get_expr(p.polqual, c.oid)
                        || pg_get_expr(p.polwithcheck, c.oid), ', ') FROM pg_policy AS p WHERE p.polrelid = c.oid)) AS it
                  FROM pg_class AS c WHERE c.oid = 'acme.events_20261026'::regclass""",
                  row -> row.string("it"))
              .orElseThrow();
      assertThat(one)
          .isEqualTo(
              ("\"%s\" | 2 | t | t | i | {fillfactor=50} | it's"
                      + " | id p-1{n_distinct=-1}, n e77{\"pg_monitor=w*/\\\"%s\\\"\"}"
                      + " | CHECK ((n <> 'x'::text)), FOREIGN KEY (c) REFERENCES acme.client(id), UNIQUE (id, \"At\")"
                      + " | 2 | t | pw(id > 0)(id > 1)")
                  .formatted(role, role));
    }
  }

  @EveryPostgres
  void knowsKeysOfSeveralKinds(PostgresVersion version) {
    assertThat(first(version, "date", "", "1, 'month'"))
        .isEqualTo("made events_202611 2026-11-01 to 2026-12-01 -");
    assertThat(first(version, "uuid", "", "1, 'hour'"))
        .isEqualTo(
            "made events_20261120_2200 01a1faf9-3b00-0000-0000-000000000000 to"
                + " 01a1fb30-2980-0000-0000-000000000000 -");
    assertThat(first(version, "bigint", "milliseconds", "1, 'week'"))
        .isEqualTo("made events_20261116 1794787200000 to 1795392000000 -");
    assertThat(first(version, "integer", "number", "1000, 'number'"))
        .isEqualTo("made events_0000000000000000000 0 to 1000 -");
  }

  private static String first(PostgresVersion version, String type, String encoding, String step) {
    try (Session session =
        database(
            version,
            "CREATE TABLE acme.events (k %s NOT NULL) PARTITION BY RANGE (k);".formatted(type),
            policy(
                "k", encoding, step, "'UTC', 1, NULL, 'drop', '{table}_{start}', false, '{}'"))) {
      return turn(session, "2026-11-20 22:00:05+00").get(0);
    }
  }

  @EveryPostgres
  void namesKeepTo63BytesAndStayUnique(PostgresVersion version) {
    String table = "é".repeat(31);
    try (Session session =
        database(
            version,
            "CREATE TABLE acme.\"%s\" (created_at timestamp NOT NULL) PARTITION BY RANGE (created_at);"
                .formatted(table),
            tenSeconds().replace("'events'", "'" + table + "'"))) {
      List<String> names = names(session, table);
      assertThat(names)
          .hasSize(4)
          .doesNotHaveDuplicates()
          .allMatch(name -> name.matches("é{20}~[0-9a-f]{6}_20261120_2200[0-3]0"));
      session.executeScript(
          "ALTER TABLE acme.\"%s\" DETACH PARTITION acme.\"%s\"".formatted(table, names.get(3)));
      assertThat(names(session, table))
          .singleElement()
          .asString()
          .matches("é{19}~[0-9a-f]{6}_20261120_220030_2");
    }
  }

  private static List<String> names(Session session, String table) {
    return session.query(
        "SELECT partition FROM ppp.make_partitions('acme', ?, '2026-11-20 22:00:05+00')",
        row -> row.string("partition"),
        table);
  }

  @EveryPostgres
  void refusesTablesThatThePolicyDoesNotFit(PostgresVersion version) {
    assertThat(refusal(version, "CREATE TABLE acme.events (created_at timestamp);"))
        .isEqualTo("42P17");
    assertThat(
            refusal(
                version,
                "CREATE TABLE acme.events (created_at timestamp) PARTITION BY LIST (created_at);"))
        .isEqualTo("42P17");
    assertThat(
            refusal(
                version,
                "CREATE TABLE acme.events (created_at timestamp, k int)"
                    + " PARTITION BY RANGE (k, created_at);"))
        .isEqualTo("42P17");
    assertThat(refusal(version, "")).isEqualTo("42P01");
  }

  private static String refusal(PostgresVersion version, String table) {
    try (Session session = database(version, table, tenSeconds())) {
      return catchThrowableOfType(SqlFailure.class, () -> turn(session, "2026-11-20 22:00:05+00"))
          .sqlState();
    }
  }
}
