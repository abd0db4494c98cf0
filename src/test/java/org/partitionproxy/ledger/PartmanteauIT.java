package org.partitionproxy.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.UserResult;
import org.partitionproxy.testing.EveryPostgres;
import org.partitionproxy.testing.PostgresVersion;
import org.partitionproxy.testing.TestServer;

/** Schema {@code partmanteau}, function by function. */
class PartmanteauIT {

  /** Everything that a table can have, under names that need quotes. */
  private static final String SELECT_TABLE =
      """
      CREATE TABLE "Or der".monitors (id integer PRIMARY KEY);
      CREATE TABLE "Or der"."Select" (
        id bigint NOT NULL, monitor integer NOT NULL,
        at timestamptz NOT NULL DEFAULT now(), "Fahr" real NOT NULL, note text COMPRESSION pglz,
        twice real GENERATED ALWAYS AS ("Fahr" * 2) STORED,
        CONSTRAINT hot CHECK ("Fahr" < 1000)) %s;
      CREATE SEQUENCE "Or der"."Select_id_seq" OWNED BY "Or der"."Select".id;
      ALTER TABLE "Or der"."Select" ALTER id SET DEFAULT nextval('"Or der"."Select_id_seq"');
      ALTER TABLE "Or der"."Select" ADD CONSTRAINT pk PRIMARY KEY (id, at) WITH (fillfactor=80);
      ALTER TABLE "Or der"."Select" ADD UNIQUE NULLS NOT DISTINCT (note, at) DEFERRABLE;
      ALTER TABLE "Or der"."Select" ADD FOREIGN KEY (monitor) REFERENCES "Or der".monitors
        ON DELETE CASCADE DEFERRABLE;
      CREATE INDEX weird ON "Or der"."Select" USING brin (at) WITH (autosummarize=on)
        WHERE monitor > 0;
      CREATE INDEX "Select_at" ON "Or der"."Select" (at DESC NULLS LAST, lower(note))
        INCLUDE (monitor);
      ALTER INDEX "Or der"."Select_at" ALTER COLUMN 2 SET STATISTICS 55;
      CREATE INDEX "at" ON "Or der"."Select" (at);
      CREATE STATISTICS "Or der".st ON monitor, note FROM "Or der"."Select";
      ALTER TABLE "Or der"."Select" ALTER monitor SET STATISTICS 77,
        ALTER monitor SET (n_distinct = -0.5), ALTER note SET STORAGE EXTERNAL;
      COMMENT ON TABLE "Or der"."Select" IS 'the table''s';
      COMMENT ON COLUMN "Or der"."Select".at IS 'a column''s';
      COMMENT ON CONSTRAINT hot ON "Or der"."Select" IS 'a check''s';
      COMMENT ON CONSTRAINT pk ON "Or der"."Select" IS 'a key''s';
      COMMENT ON INDEX "Or der".weird IS 'an index''s';
      ALTER TABLE "Or der"."Select" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
      CREATE POLICY p ON "Or der"."Select" AS RESTRICTIVE FOR UPDATE TO {app}, {other}
        USING (monitor > 3) WITH CHECK (note <> '');
      ALTER TABLE "Or der"."Select" REPLICA IDENTITY USING INDEX pk;
      GRANT SELECT, INSERT ON "Or der"."Select" TO {app};
      GRANT UPDATE ON "Or der"."Select" TO {other} WITH GRANT OPTION;
      GRANT REFERENCES (note) ON "Or der"."Select" TO PUBLIC;
      REVOKE DELETE ON "Or der"."Select" FROM {app};
      """;

  private static final String PLAIN_ONLY =
      """
      ALTER TABLE "Or der"."Select" ADD CONSTRAINT never CHECK (false) NO INHERIT;
      ALTER TABLE "Or der"."Select" CLUSTER ON "Select_at";
      """;

  private static final String JANUARY =
      "ARRAY['at >= ''2022-01-01 00:00:00+00'' AND at < ''2022-02-01 00:00:00+00''']";

  private static final String EVENTS =
      """
      CREATE TABLE acme.events (id integer, at timestamptz NOT NULL) PARTITION BY RANGE (at);
      """;

  /** Of a table, without names of indexes, in no order. */
  private static final String FACTS =
      """
      WITH t AS (SELECT * FROM pg_class WHERE oid = '%s'::regclass)
      SELECT concat_ws(' ', 'column', attname, atttypid::regtype, attnotnull, attstorage,
        attcompression, attgenerated, coalesce(nullif(attstattarget, -1), 0), attoptions, a.attacl,
        col_description(a.attrelid, attnum), pg_get_expr(adbin, adrelid))
      FROM t JOIN pg_attribute AS a ON attrelid = t.oid AND attnum > 0
      LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
      UNION ALL
      SELECT concat_ws(' ', 'constraint', contype, pg_get_constraintdef(k.oid), condeferrable,
        obj_description(k.oid, 'pg_constraint'))
      FROM t JOIN pg_constraint AS k ON conrelid = t.oid
      WHERE contype IN ('p', 'u', 'f') OR contype = 'c' AND NOT connoinherit
      UNION ALL
      SELECT concat_ws(' ', 'index', regexp_replace(pg_get_indexdef(indexrelid), ' INDEX .* USING', ''),
        indisunique, indisprimary, indisreplident, indisclustered, c.reloptions,
        obj_description(indexrelid, 'pg_class'),
        (SELECT array_agg(attstattarget ORDER BY attnum) FROM pg_attribute
          WHERE attrelid = indexrelid AND attstattarget > 0))
      FROM t JOIN pg_index ON indrelid = t.oid JOIN pg_class AS c ON c.oid = indexrelid
      UNION ALL
      SELECT concat_ws(' ', 'table', relowner::regrole, relpersistence, relrowsecurity,
        relforcerowsecurity, relreplident, obj_description(oid, 'pg_class'), relacl)
      FROM t
      UNION ALL
      SELECT concat_ws(' ', 'policy', polname, polpermissive, polcmd, polroles,
        pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
      FROM t JOIN pg_policy ON polrelid = t.oid
      UNION ALL
      SELECT concat_ws(' ', 'statistics', stxkeys, stxkind) FROM t JOIN pg_statistic_ext ON stxrelid = t.oid
      """;

  private record Shard(Session session, String suffix) implements AutoCloseable {

    private String named(String sql) {
      return sql.replaceAll("\\{(\\w+)}", "\"$1 " + suffix + "\"");
    }

    void run(String sql) {
      session.executeScript(named(sql));
    }

    List<String> rows(String sql) {
      List<String> rows = new ArrayList<>();
      for (UserResult result : session.run(named(sql))) {
        assertThat(result).isNotInstanceOf(UserResult.Refused.class);
        if (result instanceof UserResult.Rows some) {
          some.rows().forEach(row -> rows.add(line(row)));
        }
      }
      return rows;
    }

    private static String line(List<Optional<String>> row) {
      return row.stream().map(value -> value.orElse("-")).collect(Collectors.joining(" | "));
    }

    /** SQLSTATE and message with which it is refused. */
    String refusal(String sql) {
      return session.run(named(sql)).stream()
          .filter(UserResult.Refused.class::isInstance)
          .map(UserResult.Refused.class::cast)
          .map(refused -> refused.sqlState() + " " + refused.message())
          .findFirst()
          .orElse("");
    }

    List<String> create(String arguments) {
      return rows("SELECT command FROM partmanteau.create_table_partition(" + arguments + ")");
    }

    List<String> facts(String table) {
      return rows(FACTS.formatted(table));
    }

    @Override
    public void close() {
      session.executeScript("RESET ROLE; RESET SESSION AUTHORIZATION");
      for (String role : List.of("owner", "app", "other")) {
        run("DROP OWNED BY {" + role + "} CASCADE; DROP ROLE {" + role + "}");
      }
      session.close();
    }
  }

  /** With the roles owner, app and other, and schemas that owner owns. */
  private static Shard shard(PostgresVersion version, String... scripts) {
    var server = TestServer.shared("a", version).freshDatabase("shard1");
    Session session = new Connector(name -> Optional.empty(), "ppp test").superuser(server);
    session.execute(PartitionFramework.CURRENT.statements());
    Shard shard = new Shard(session, server.database().value());
    shard.run(
        """
        CREATE ROLE {owner}; CREATE ROLE {app}; CREATE ROLE {other};
        CREATE SCHEMA acme AUTHORIZATION {owner};
        CREATE SCHEMA "Or der" AUTHORIZATION {owner};
        ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT SELECT, DELETE ON TABLES TO {app};
        SET ROLE {owner};
        """);
    shard.run(String.join("", scripts));
    return shard;
  }

  @EveryPostgres
  void aPartitionByInheritanceHasWhatItsTableHas(PostgresVersion version) {
    String with = "WITH (fillfactor = 70, toast.autovacuum_enabled = false)";
    try (Shard shard = shard(version, SELECT_TABLE.formatted(with), PLAIN_ONLY)) {
      shard.create("'Or der', 'Select', 'Select_2022', " + JANUARY + ", '{}'");
      List<String> facts = shard.facts("\"Or der\".\"Select\"");
      assertThat(facts).hasSize(18);
      assertThat(shard.facts("\"Or der\".\"Select_2022\""))
          .containsAll(facts)
          .hasSize(facts.size() + 1)
          .anyMatch(fact -> fact.startsWith("constraint c CHECK (((at >= '2022-01-01"));
      assertThat(
              shard.rows(
                  """
                  SELECT c.reloptions, t.reloptions, i.inhparent::regclass FROM pg_class AS c
                  JOIN pg_class AS t ON t.oid = c.reltoastrelid JOIN pg_inherits AS i ON inhrelid = c.oid
                  WHERE c.oid = '"Or der"."Select_2022"'::regclass"""))
          .containsExactly("{fillfactor=70} | {autovacuum_enabled=false} | \"Or der\".\"Select\"");
    }
  }

  @EveryPostgres
  void whatIsAttachedHasWhatItsTableHas(PostgresVersion version) {
    String table = SELECT_TABLE.formatted("PARTITION BY RANGE (at)");
    try (Shard shard = shard(version, table)) {
      shard.create(
          "'Or der', 'Select', 'Select_2022', "
              + JANUARY
              + ", ARRAY['ALTER TABLE \"Or der\".\"Select_2022\" SET (fillfactor = 60)']");
      List<String> facts = shard.facts("\"Or der\".\"Select\"");
      assertThat(facts).hasSize(18);
      assertThat(shard.facts("\"Or der\".\"Select_2022\"")).containsAll(facts);
      assertThat(
              shard.rows(
                  """
                  SELECT p.relname, c.relname FROM pg_inherits JOIN pg_class AS c ON c.oid = inhrelid
                  JOIN pg_class AS p ON p.oid = inhparent WHERE c.relkind = 'i' ORDER BY c.relname"""))
          .containsExactly(
              "Select_at | Select_2022_at",
              "at | Select_2022_at_7d0db3",
              "Select_note_at_key | Select_2022_note_at_key",
              "pk | Select_2022_pk",
              "weird | Select_2022_weird");
      shard.create(
          "'Or der', 'Select', 'Select_2023',"
              + " ARRAY['FOR VALUES FROM (''2023-01-01'') TO (''2023-02-01'')'], '{}'");
      assertThat(
              shard.rows(
                  "SELECT reloptions FROM pg_class WHERE relname LIKE 'Select\\_202_' ORDER BY 1"))
          .containsExactly("{fillfactor=60}", "{fillfactor=60}");
    }
  }

  @EveryPostgres
  void theDefinitionIsWhatWillBeRun(PostgresVersion version) {
    try (Shard shard = shard(version, SELECT_TABLE.formatted(""), PLAIN_ONLY)) {
      String arguments =
          "'Or der', 'Select', 'p', "
              + JANUARY
              + ", ARRAY['COMMENT ON TABLE \"Or der\".p IS NULL']";
      List<String> definition =
          shard.rows("SELECT * FROM partmanteau.table_partition_definition(" + arguments + ")");
      assertThat(definition)
          .first()
          .asString()
          .startsWith("CREATE TABLE \"Or der\".p (LIKE \"Or der\".\"Select\" ");
      assertThat(definition).last().isEqualTo("COMMENT ON TABLE \"Or der\".p IS NULL");
      assertThat(shard.rows("SELECT to_regclass('\"Or der\".p') IS NULL")).containsExactly("t");
      assertThat(
              shard.rows(
                  "SELECT command FROM partmanteau.table_partition_definition("
                      + arguments
                      + ", now())"))
          .isEqualTo(definition);
      assertThat(shard.create(arguments + ", now()")).isEqualTo(definition);
      shard.run(
          """
          SELECT partmanteau.drop_table_partition('Or der', 'Select', 'p');
          DO $$
          DECLARE
            command text;
          BEGIN
            FOR command IN SELECT * FROM partmanteau.table_partition_definition(%s) LOOP
              EXECUTE command;
            END LOOP;
          END $$"""
              .formatted(arguments));
      assertThat(shard.rows("SELECT * FROM partmanteau.table_partitions")).isEmpty();
    }
  }

  /**
   * Literals of the caller's settings, and those that the catalogs show, mean the same instants.
   */
  @EveryPostgres
  void timesMeanWhatTheyMeantToTheCaller(PostgresVersion version) {
    try (Shard shard =
        shard(
            version,
            """
            CREATE TABLE acme.events (at timestamptz DEFAULT '2020-01-02 01:00+00',
              CHECK (at > '2000-02-03 00:00+00' AND at - at > '-1 day -2 hours'));
            CREATE FUNCTION acme.make() RETURNS bigint LANGUAGE plpgsql
            SET timezone = 'Europe/Berlin' SET datestyle = 'SQL, DMY' SET intervalstyle = 'sql_standard'
            AS $$
            BEGIN
              RETURN (SELECT count(*) FROM partmanteau.create_table_partition('acme', 'events', 'e',
                ARRAY[format('at >= %L AND at < ''05/03/2021''', '04/03/2021'::timestamptz)], '{}',
                '04/03/2021'));
            END $$;
            """)) {
      assertThat(
              shard.rows(
                  """
                  SET timezone = 'UTC'; SELECT acme.make();
                  SELECT pg_get_constraintdef(oid) FROM pg_constraint
                  WHERE conrelid = 'acme.e'::regclass ORDER BY conname;
                  SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = 'acme.e'::regclass;
                  SELECT effective_at, sort_key FROM partmanteau.table_partitions"""))
          .containsExactly(
              "6",
              "CHECK (((at >= '2021-03-03 23:00:00+00'::timestamp with time zone) AND"
                  + " (at < '2021-03-04 23:00:00+00'::timestamp with time zone)))",
              "CHECK (((at > '2000-02-03 00:00:00+00'::timestamp with time zone) AND"
                  + " ((at - at) > '-1 days -02:00:00'::interval)))",
              "'2020-01-02 01:00:00+00'::timestamp with time zone",
              "2021-03-03 23:00:00+00 | 1614812400000000");
    }
  }

  @EveryPostgres
  void namesNeverAreTooLongOrTaken(PostgresVersion version) {
    try (Shard shard =
        shard(
            version,
            "CREATE TABLE acme.long (a integer PRIMARY KEY, b integer); CREATE TABLE acme.p_b ();"
                + "CREATE INDEX b ON acme.long (b); CREATE INDEX long_b ON acme.long (b, a);")) {
      String name = "é".repeat(31) + "x";
      shard.create("'acme', 'long', '" + name + "', '{}', '{}'");
      shard.create("'acme', 'long', 'p', '{}', '{}'");
      List<String> names =
          shard.rows(
              """
              SELECT c.relname FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
              JOIN pg_class AS t ON t.oid = i.indrelid
              WHERE t.relname IN ('p', repeat('é', 31) || 'x') ORDER BY i.indrelid, i.indexrelid""");
      assertThat(names.subList(0, 3))
          .allMatch(n -> n.matches("é{28}_[0-9a-f]{6}"))
          .doesNotHaveDuplicates();
      assertThat(names.get(3)).isEqualTo("p_pkey");
      assertThat(names.subList(4, 6))
          .allMatch(n -> n.matches("p_b_[0-9a-f]{6}"))
          .doesNotHaveDuplicates();
      assertThat(shard.refusal(creates("'acme', 'long', '" + name + "y', '{}', '{}'")))
          .startsWith("42622 a partition's name must have 1 to 63 bytes");
    }
  }

  private static String creates(String arguments) {
    return "SELECT * FROM partmanteau.create_table_partition(" + arguments + ")";
  }

  @EveryPostgres
  void attachesByWhatTheConstraintsSay(PostgresVersion version) {
    try (Shard shard =
        shard(
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
    try (Shard shard = shard(version, EVENTS, "CREATE TABLE acme.plain (at date);")) {
      for (String given :
          List.of(
              "'at >= ''2022-01-01'''",
              "'at BETWEEN ''2022-01-01'' AND ''2022-01-31'''",
              "'at >= ''2022-01-01'' AND at <= ''2022-01-31'''",
              "'at >= ''2022-01-01'' AND at < ''2022-01-31'' OR false'",
              "'id >= 1 AND id < 2'",
              "'at >= ''2022-01-01''', 'at < ''2022-01-31''', 'at >= ''2021-01-31'''",
              "'DEFAULT', 'FOR VALUES FROM (MINVALUE) TO (MAXVALUE)'")) {
        assertThat(shard.refusal(creates("'acme', 'events', 'e', ARRAY[" + given + "], '{}'")))
            .as(given)
            .isEqualTo(
                "22023 the constraints do not tell which rows of acme.events the partition takes");
      }
      assertThat(shard.refusal(creates("'acme', 'plain', 'e', ARRAY['DEFAULT'], '{}'")))
          .isEqualTo(
              "22023 acme.plain is not a partitioned table: the constraints for acme.e must be conditions");
      assertThat(
              shard.refusal(
                  creates("'acme', 'plain', 'e', ARRAY['at > ''2020-01-01''', NULL], '{}'")))
          .startsWith("22004 ");
      assertThat(shard.refusal(creates("'acme', 'plain', 'e', '{}', '{}', 'infinity'")))
          .startsWith("22008 a partition can't be effective at infinity");
      assertThat(shard.refusal(creates("'acme', 'gone', 'e', '{}', '{}'")))
          .isEqualTo("42P01 table acme.gone does not exist");
      assertThat(shard.rows("SELECT to_regclass('acme.e')")).containsExactly("-");
    }
  }

  @EveryPostgres
  void dropsTheOldestThatIsOldEnough(PostgresVersion version) {
    try (Shard shard =
        shard(
            version, "CREATE TABLE acme.plain (at date); CREATE TABLE acme.another ();", EVENTS)) {
      for (String table : List.of("plain", "events")) {
        create(shard, table, "new", 2023, "now()");
        create(shard, table, "old", 2021, "now() - interval '2 months'");
        create(shard, table, "older", 2020, "now() - interval '3 months'");
        create(shard, table, "byhand", 2022, "now() - interval '9 months'");
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
        assertThat(partitions(shard, table)).containsExactly(table + "_old", table + "_new");
        assertThat(shard.rows(drop.formatted("1 month"))).containsExactly("t");
        assertThat(shard.refusal(drop.formatted("1 month"))).startsWith("P0002 ");
        String one = "SELECT partmanteau.drop_table_partition('acme', '" + table + "', '%s')";
        assertThat(shard.rows(one.formatted(table + "_new"))).containsExactly("t");
        assertThat(shard.refusal(one.formatted(table + "_byhand"))).startsWith("42P01 ");
        assertThat(shard.refusal(one.formatted("another"))).startsWith("42P01 ");
        assertThat(partitions(shard, table)).isEmpty();
      }
      assertThat(
              shard.rows(
                  "SELECT relname FROM pg_class WHERE relname ~ '_(new|old|older|byhand)$' ORDER BY 1"))
          .containsExactly("events_byhand", "plain_byhand");
    }
  }

  private static void create(Shard shard, String table, String name, int year, String effective) {
    shard.create(
        "'acme', '%1$s', '%1$s_%2$s', ARRAY['at >= ''%3$d-01-01'' AND at < ''%3$d-02-01'''], '{}', %4$s"
            .formatted(table, name, year, effective));
  }

  private static List<String> partitions(Shard shard, String table) {
    return shard.rows(
        "SELECT table_partition_name FROM partmanteau.table_partitions WHERE table_name = '"
            + table
            + "' ORDER BY sort_key");
  }

  @EveryPostgres
  void foreignKeysOfOthersToAPartitionAreLetGoWithItsRows(PostgresVersion version) {
    try (Shard shard =
        shard(
            version,
            """
            CREATE TABLE acme.events (id integer, at timestamptz, PRIMARY KEY (id, at))
              PARTITION BY RANGE (at);
            CREATE TABLE acme.notes (id integer, at timestamptz,
              FOREIGN KEY (id, at) REFERENCES acme.events);
            CREATE TABLE acme.plain (id integer PRIMARY KEY, up integer REFERENCES acme.plain);
            CREATE TABLE acme.below (plain integer REFERENCES acme.plain);
            """)) {
      create(shard, "events", "a", 2022, "now()");
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
    try (Shard shard = shard(version, EVENTS)) {
      create(shard, "events", "a", 2022, "now()");
      shard.run("RESET ROLE; GRANT USAGE ON SCHEMA acme TO {other}; SET ROLE {other}");
      assertThat(shard.refusal(creates("'acme', 'events', 'e', ARRAY['DEFAULT'], '{}'")))
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
      create(shard, "events", "b", 2023, "now()");
      assertThat(shard.rows("SELECT relowner::regrole FROM pg_class WHERE relname = 'events_b'"))
          .isEqualTo(
              shard.rows(
                  "SELECT quote_ident('{owner}')".replace("{owner}", "owner " + shard.suffix())));
      assertThat(partitions(shard, "events")).hasSize(2);
    }
  }

  /** What its rows say, a superuser's job would do; so they alone say nothing. */
  @EveryPostgres
  void nobodyCanNameAnothersTableAsAPartition(PostgresVersion version) {
    try (Shard shard = shard(version, EVENTS)) {
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
  void numbersOfAnIdentityGoOnInPartitions(PostgresVersion version) {
    try (Shard shard =
        shard(
            version,
            "CREATE TABLE acme.plain (id integer GENERATED ALWAYS AS IDENTITY, note text);")) {
      shard.create("'acme', 'plain', 'plain_a', '{}', '{}'");
      shard.run(
          "INSERT INTO acme.plain (note) VALUES ('a'); INSERT INTO acme.plain_a (note) VALUES ('b')");
      assertThat(shard.rows("SELECT id, note FROM acme.plain ORDER BY id"))
          .containsExactly("1 | a", "2 | b");
    }
  }

  @EveryPostgres
  void insertStatementsQuoteNamesAndLeaveValues(PostgresVersion version) {
    try (Shard shard = shard(version)) {
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
    try (Shard shard = shard(version, EVENTS)) {
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
      create(shard, "events", "a", 2022, "now()");
      shard.run("RESET ROLE");
      shard.session().execute(PartitionFramework.CURRENT.statements());
      assertThat(partitions(shard, "events")).containsExactly("events_a");
      assertThat(PartitionFramework.find(shard.session())).contains(PartitionFramework.CURRENT);
    }
  }
}
