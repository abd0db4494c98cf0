package org.partitionproxy.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.partitionproxy.testing.EveryPostgres;
import org.partitionproxy.testing.PostgresVersion;

/** How partitions come to schema {@code partmanteau} and go, and by whom. */
class PartmanteauUseIT {

  private static final String EVENTS =
      """
      CREATE TABLE acme.events (id integer, at timestamptz NOT NULL) PARTITION BY RANGE (at);
      """;

  @EveryPostgres
  void attachesByWhatTheConstraintsSay(PostgresVersion version) {
    try (PartmanteauShard shard =
        PartmanteauShard.in(
            version,
            EVENTS,
            """
            CREATE TABLE acme.numbers ("A b" integer) PARTITION BY RANGE ("A b");
            CREATE TABLE acme.words (w text) PARTITION BY LIST (w);
            CREATE TABLE acme.hashes (w text, v text) PARTITION BY HASH (w, v);
            CREATE TABLE acme.sums (w integer) PARTITION BY RANGE ((w + 1));
            """)) {
      shard.create(
          "'acme', 'events', 'e1', ARRAY['(AT < ''2022-02-01'')', '\"at\" >= ''2022-01-01''', 'id > 0 OR true'], '{}'");
      shard.create("'acme', 'events', 'e2', ARRAY[' default '], '{}'");
      shard.create("'acme', 'numbers', 'n1', ARRAY['\"A b\" >= -5 AND \"A b\" < 2 + 3'], '{}'");
      shard.create("'acme', 'words', 'w1', ARRAY['w IN (''a'', ''b AND c'')'], '{}'");
      shard.create("'acme', 'words', 'w2', ARRAY['w = ''d'''], '{}'");
      shard.create("'acme', 'words', 'w3', ARRAY['w is null'], '{}'");
      shard.create(
          "'acme', 'hashes', 'h1', ARRAY['FOR VALUES WITH (MODULUS 2, REMAINDER 1)'], '{}'");
      shard.create("'acme', 'sums', 's1', ARRAY['for values from (1) to (maxvalue)'], '{}'");
      assertThat(
              shard.rows(
                  """
                  SET timezone = 'UTC'; SELECT relname, pg_get_expr(relpartbound, oid) FROM pg_class
                  WHERE relispartition AND relkind = 'r' ORDER BY relname"""))
          .containsExactly(
              "e1 | FOR VALUES FROM ('2022-01-01 00:00:00+00') TO ('2022-02-01 00:00:00+00')",
              "e2 | DEFAULT",
              "h1 | FOR VALUES WITH (modulus 2, remainder 1)",
              "n1 | FOR VALUES FROM ('-5') TO (5)",
              "s1 | FOR VALUES FROM (1) TO (MAXVALUE)",
              "w1 | FOR VALUES IN ('a', 'b AND c')",
              "w2 | FOR VALUES IN ('d')",
              "w3 | FOR VALUES IN (NULL)");
    }
  }

  @EveryPostgres
  void refusesConstraintsThatDoNotTellTheRange(PostgresVersion version) {
    try (PartmanteauShard shard =
        PartmanteauShard.in(version, EVENTS, "CREATE TABLE acme.plain (at date);")) {
      for (String given :
          List.of(
              "'at >= ''2022-01-01'''",
              "'at BETWEEN ''2022-01-01'' AND ''2022-01-31'''",
              "'at >= ''2022-01-01'' AND at <= ''2022-01-31'''",
              "'at >= ''2022-01-01'' AND at < ''2022-01-31'' OR false'",
              "'id >= 1 AND id < 2'",
              "'at >= ''2022-01-01''', 'at < ''2022-01-31''', 'at >= ''2021-01-31'''",
              "'DEFAULT', 'FOR VALUES FROM (MINVALUE) TO (MAXVALUE)'")) {
        assertThat(
                shard.refusal(
                    PartmanteauShard.creates("'acme', 'events', 'e', ARRAY[" + given + "], '{}'")))
            .as(given)
            .isEqualTo(
                "22023 the constraints do not tell which rows of acme.events the partition takes");
      }
      assertThat(
              shard.refusal(
                  PartmanteauShard.creates("'acme', 'plain', 'e', ARRAY['DEFAULT'], '{}'")))
          .isEqualTo(
              "22023 acme.plain is not a partitioned table: the constraints for acme.e must be conditions");
      assertThat(
              shard.refusal(
                  PartmanteauShard.creates(
                      "'acme', 'plain', 'e', ARRAY['at > ''2020-01-01''', NULL], '{}'")))
          .startsWith("22004 ");
      assertThat(
              shard.refusal(
                  PartmanteauShard.creates("'acme', 'plain', 'e', '{}', '{}', 'infinity'")))
          .startsWith("22008 a partition can't be effective at infinity");
      assertThat(shard.refusal(PartmanteauShard.creates("'acme', 'gone', 'e', '{}', '{}'")))
          .isEqualTo("42P01 table acme.gone does not exist");
      assertThat(shard.rows("SELECT to_regclass('acme.e')")).containsExactly("-");
    }
  }

  @EveryPostgres
  void dropsTheOldestThatIsOldEnough(PostgresVersion version) {
    try (PartmanteauShard shard =
        PartmanteauShard.in(
            version, "CREATE TABLE acme.plain (at date); CREATE TABLE acme.another ();", EVENTS)) {
      for (String table : List.of("plain", "events")) {
        shard.create(table, "new", 2023, "now()");
        shard.create(table, "old", 2021, "now() - interval '2 months'");
        shard.create(table, "older", 2020, "now() - interval '3 months'");
        shard.create(table, "byhand", 2022, "now() - interval '9 months'");
      }
      shard.run(
          """
          ALTER TABLE acme.plain_byhand NO INHERIT acme.plain;
          ALTER TABLE acme.events DETACH PARTITION acme.events_byhand;""");
      for (String table : List.of("plain", "events")) {
        String drop =
            "SELECT partmanteau.drop_table_partition_older_than('acme', '" + table + "', '%s')";
        assertThat(shard.refusal(drop.formatted("4 months")))
            .isEqualTo("P0002 no partition of acme." + table + " is as old as 4 mons");
        assertThat(shard.rows(drop.formatted("1 month"))).containsExactly("t");
        assertThat(shard.partitions(table)).containsExactly(table + "_old", table + "_new");
        assertThat(shard.rows(drop.formatted("1 month"))).containsExactly("t");
        assertThat(shard.refusal(drop.formatted("1 month"))).startsWith("P0002 ");
        String one = "SELECT partmanteau.drop_table_partition('acme', '" + table + "', '%s')";
        assertThat(shard.rows(one.formatted(table + "_new"))).containsExactly("t");
        assertThat(shard.refusal(one.formatted(table + "_byhand"))).startsWith("42P01 ");
        assertThat(shard.refusal(one.formatted("another"))).startsWith("42P01 ");
        assertThat(shard.partitions(table)).isEmpty();
      }
      assertThat(
              shard.rows(
                  "SELECT relname FROM pg_class WHERE relname ~ '_(new|old|older|byhand)$' ORDER BY 1"))
          .containsExactly("events_byhand", "plain_byhand");
    }
  }

  @EveryPostgres
  void foreignKeysOfOthersToAPartitionAreLetGoWithItsRows(PostgresVersion version) {
    try (PartmanteauShard shard =
        PartmanteauShard.in(
            version,
            """
            CREATE TABLE acme.events (id integer, at timestamptz, PRIMARY KEY (id, at))
              PARTITION BY RANGE (at);
            CREATE TABLE acme.notes (id integer, at timestamptz,
              FOREIGN KEY (id, at) REFERENCES acme.events);
            CREATE TABLE acme.plain (id integer PRIMARY KEY, up integer REFERENCES acme.plain);
            CREATE TABLE acme.below (plain integer REFERENCES acme.plain);
            """)) {
      shard.create("events", "a", 2022, "now()");
      shard.run(
          "INSERT INTO acme.events VALUES (1, '2022-01-05'); INSERT INTO acme.notes VALUES (1, '2022-01-05')");
      String drop = "SELECT partmanteau.drop_table_partition('acme', 'events', 'events_a')";
      assertThat(shard.refusal(drop)).startsWith("23503 ");
      shard.run("DELETE FROM acme.notes; " + drop);
      // One that would find its rows nowhere is not for partitions.
      assertThat(shard.create("'acme', 'plain', 'plain_a', '{}', '{}'"))
          .noneMatch(command -> command.contains("FOREIGN KEY"));
      assertThat(shard.create("'acme', 'below', 'below_a', '{}', '{}'"))
          .noneMatch(command -> command.contains("FOREIGN KEY"));
    }
  }

  @EveryPostgres
  void onlyATablesOwnerMakesAndSeesItsPartitions(PostgresVersion version) {
    try (PartmanteauShard shard = PartmanteauShard.in(version, EVENTS)) {
      shard.create("events", "a", 2022, "now()");
      shard.run("RESET ROLE; GRANT USAGE ON SCHEMA acme TO {other}; SET ROLE {other}");
      assertThat(
              shard.refusal(
                  PartmanteauShard.creates("'acme', 'events', 'e', ARRAY['DEFAULT'], '{}'")))
          .isEqualTo("42501 must be owner of table acme.events");
      assertThat(
              shard.refusal(
                  "SELECT partmanteau.drop_table_partition('acme', 'events', 'events_a')"))
          .startsWith("42501 ");
      assertThat(
              shard.refusal(
                  "SELECT partmanteau.drop_table_partition_older_than('acme', 'events', '0')"))
          .startsWith("42501 ");
      assertThat(
              shard.refusal(
                  "SELECT * FROM partmanteau.table_partition_definition('acme', 'events', 'e', '{}', '{}')"))
          .startsWith("42501 ");
      assertThat(shard.rows("SELECT * FROM partmanteau.table_partitions")).isEmpty();
      assertThat(shard.rows("SELECT * FROM partmanteau.partitioned_tables")).isEmpty();
      assertThat(
              shard.refusal("INSERT INTO partmanteau.partitioned_tables VALUES ('acme', 'events')"))
          .startsWith("42501 ");
      assertThat(shard.refusal("UPDATE partmanteau.table_partitions SET effective_at = now()"))
          .startsWith("42501 ");
      shard.run("RESET ROLE; GRANT {owner} TO {other}; SET ROLE {other}");
      shard.create("events", "b", 2023, "now()");
      assertThat(shard.rows("SELECT relowner::regrole FROM pg_class WHERE relname = 'events_b'"))
          .isEqualTo(
              shard.rows(
                  "SELECT quote_ident('{owner}')".replace("{owner}", "owner " + shard.suffix())));
      assertThat(shard.partitions("events")).hasSize(2);
    }
  }

  /** What its rows say, a superuser's job would do; so they alone say nothing. */
  @EveryPostgres
  void nobodyCanNameAnothersTableAsAPartition(PostgresVersion version) {
    try (PartmanteauShard shard = PartmanteauShard.in(version, EVENTS)) {
      shard.run(
          """
          RESET ROLE; CREATE TABLE acme.secret (); SET ROLE {owner};
          INSERT INTO partmanteau.partitioned_tables VALUES ('acme', 'events');
          INSERT INTO partmanteau.table_partitions (schema_name, table_name, table_partition_name, effective_at)
          VALUES ('acme', 'events', 'secret', '2000-01-01');
          RESET ROLE""");
      assertThat(
              shard.refusal(
                  "SELECT partmanteau.drop_table_partition_older_than('acme', 'events', '1 day')"))
          .startsWith("P0002 ");
      assertThat(
              shard.refusal("SELECT partmanteau.drop_table_partition('acme', 'events', 'secret')"))
          .startsWith("42P01 ");
      assertThat(shard.rows("SELECT to_regclass('acme.secret')")).containsExactly("acme.secret");
    }
  }

  @EveryPostgres
  void insertStatementsQuoteNamesAndLeaveValues(PostgresVersion version) {
    try (PartmanteauShard shard = PartmanteauShard.in(version)) {
      assertThat(
              shard.rows(
                  """
                  SELECT partmanteau.insert_statement('Or der', 'select', ARRAY['a', 'B"c'],
                    ARRAY[quote_literal('it''s'), NULL]);
                  SELECT partmanteau.insert_statement('s', 't', '{}', '{}');
                  SELECT partmanteau.insert_statement('s', NULL, '{}', '{}')"""))
          .containsExactly(
              "INSERT INTO \"Or der\".\"select\" (a, \"B\"\"c\") VALUES ('it''s', NULL)",
              "INSERT INTO s.t DEFAULT VALUES",
              "-");
      assertThat(shard.refusal("SELECT partmanteau.insert_statement('s', 't', ARRAY['a'], '{}')"))
          .isEqualTo("22023 1 columns and 0 values for s.t");
    }
  }

  @EveryPostgres
  void functionsAreStrictAndRunAsTheirCallerWithAFixedPath(PostgresVersion version) {
    try (PartmanteauShard shard = PartmanteauShard.in(version, EVENTS)) {
      assertThat(
              shard.rows(
                  """
                  SELECT proname FROM pg_proc WHERE pronamespace = 'partmanteau'::regnamespace
                  AND (NOT proisstrict OR prosecdef
                    OR NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (proconfig), false))"""))
          .isEmpty();
      assertThat(shard.create("'acme', 'events', NULL, '{}', '{}'")).isEmpty();
      assertThat(shard.rows("SELECT partmanteau.drop_table_partition('acme', 'events', NULL)"))
          .containsExactly("-");
      shard.create("events", "a", 2022, "now()");
      shard.run("RESET ROLE");
      shard.session().execute(PartitionFramework.CURRENT.statements());
      assertThat(shard.partitions("events")).containsExactly("events_a");
      assertThat(PartitionFramework.find(shard.session())).contains(PartitionFramework.CURRENT);
    }
  }
}
