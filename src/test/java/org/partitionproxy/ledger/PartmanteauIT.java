package org.partitionproxy.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.partitionproxy.testing.EveryPostgres;
import org.partitionproxy.testing.PostgresVersion;

/** What a partition that schema {@code partmanteau} makes has. */
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

  @EveryPostgres
  void aPartitionByInheritanceHasWhatItsTableHas(PostgresVersion version) {
    String with = "WITH (fillfactor = 70, toast.autovacuum_enabled = false)";
    try (PartmanteauShard shard =
        PartmanteauShard.in(version, SELECT_TABLE.formatted(with), PLAIN_ONLY)) {
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
    try (PartmanteauShard shard = PartmanteauShard.in(version, table)) {
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
    try (PartmanteauShard shard =
        PartmanteauShard.in(version, SELECT_TABLE.formatted(""), PLAIN_ONLY)) {
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
    try (PartmanteauShard shard =
        PartmanteauShard.in(
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
    try (PartmanteauShard shard =
        PartmanteauShard.in(
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
      assertThat(
              shard.refusal(
                  PartmanteauShard.creates("'acme', 'long', '" + name + "y', '{}', '{}'")))
          .startsWith("42622 a partition's name must have 1 to 63 bytes");
    }
  }

  @EveryPostgres
  void numbersOfAnIdentityGoOnInPartitions(PostgresVersion version) {
    try (PartmanteauShard shard =
        PartmanteauShard.in(
            version,
            "CREATE TABLE acme.plain (id integer GENERATED ALWAYS AS IDENTITY, note text);")) {
      shard.create("'acme', 'plain', 'plain_a', '{}', '{}'");
      shard.run(
          "INSERT INTO acme.plain (note) VALUES ('a'); INSERT INTO acme.plain_a (note) VALUES ('b')");
      assertThat(shard.rows("SELECT id, note FROM acme.plain ORDER BY id"))
          .containsExactly("1 | a", "2 | b");
    }
  }
}
