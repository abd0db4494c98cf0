package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.partitionproxy.cli.InProcess;
import org.partitionproxy.testing.EveryPostgres;
import org.partitionproxy.testing.PostgresVersion;
import org.partitionproxy.testing.TestServer;

/** What is built on foreign tables stays, where these can only be dropped and made anew. */
class DependentViewsIT {

  /** All that a view or a foreign table has, but its number. */
  private static final String RELATIONS =
      """
      SELECT c.relname, c.relkind, c.relowner::regrole, c.reloptions, c.relispopulated,
        CASE WHEN c.relkind <> 'f' THEN c.relacl END,
        pg_get_viewdef(c.oid), obj_description(c.oid, 'pg_class'),
        (SELECT array_agg(ARRAY[a.attname, a.attacl::text, col_description(c.oid, a.attnum),
            a.attstattarget::text, a.attoptions::text, a.attstorage, a.attcompression,
            (SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef AS d
             WHERE c.relkind = 'v' AND d.adrelid = c.oid AND d.adnum = a.attnum)]::text[]
            ORDER BY a.attnum)
         FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
        (SELECT array_agg(pg_get_ruledef(r.oid) ORDER BY r.rulename)
         FROM pg_rewrite AS r WHERE r.ev_class = c.oid AND r.ev_type <> '1'),
        (SELECT array_agg(pg_get_triggerdef(t.oid) || t.tgenabled::text
            || coalesce(obj_description(t.oid, 'pg_trigger'), '') ORDER BY t.tgname)
         FROM pg_trigger AS t WHERE t.tgrelid = c.oid),
        (SELECT array_agg(pg_get_indexdef(i.indexrelid) || i.indisclustered
            || coalesce(obj_description(i.indexrelid), '') ORDER BY i.indexrelid::regclass::text)
         FROM pg_index AS i WHERE i.indrelid = c.oid),
        (SELECT array_agg(pg_get_constraintdef(k.oid)) FROM pg_constraint AS k
         WHERE k.conrelid = c.oid AND k.contype = 'c'),
        (SELECT array_agg(f.ftoptions) FROM pg_foreign_table AS f WHERE f.ftrelid = c.oid)
      FROM pg_class AS c
      WHERE c.relnamespace = 'reports'::regnamespace AND c.relkind <> 'i'
        OR c.oid = '%s'::regclass
      ORDER BY c.relname""";

  /** %1$s the table, %2$s somebody, %3$s ppp's owner. */
  private static final String REPORTS =
      """
      CREATE ROLE %2$s_owner; CREATE ROLE %2$s_reader; CREATE ROLE "%2$s ""x"\"";
      ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO %2$s_reader;
      CREATE SCHEMA reports;
      GRANT USAGE ON SCHEMA reports TO PUBLIC;
      CREATE VIEW reports.notes (number, "Nö te") WITH (security_barrier, check_option = local)
        AS SELECT id, note FROM %1$s WHERE id < 100;
      ALTER VIEW reports.notes ALTER COLUMN "Nö te" SET DEFAULT 'none';
      COMMENT ON VIEW reports.notes IS 'it''s ours';
      COMMENT ON COLUMN reports.notes.number IS 'the id';
      CREATE FUNCTION reports.instead() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN RETURN NEW; END';
      CREATE TRIGGER "on Insert" INSTEAD OF INSERT ON reports.notes
        FOR EACH ROW EXECUTE FUNCTION reports.instead('a');
      COMMENT ON TRIGGER "on Insert" ON reports.notes IS 'why';
      CREATE RULE ignore AS ON DELETE TO reports.notes DO INSTEAD NOTHING;
      CREATE VIEW reports.outermost WITH (security_invoker) AS
        SELECT n.number, n."Nö te" AS text, k.id FROM reports.notes n JOIN %1$s k ON k.id = n.number;
      CREATE VIEW reports."type" AS SELECT NULL::%1$s AS row, n AS note FROM reports.notes n;
      CREATE MATERIALIZED VIEW reports.kept WITH (autovacuum_enabled = false) AS
        SELECT number, "Nö te" AS t FROM reports.notes WITH NO DATA;
      CREATE UNIQUE INDEX kept_number ON reports.kept (number) WITH (fillfactor = 70);
      CREATE INDEX "kept T" ON reports.kept (lower(t));
      COMMENT ON INDEX reports."kept T" IS 'fast';
      ALTER MATERIALIZED VIEW reports.kept CLUSTER ON kept_number;
      ALTER MATERIALIZED VIEW reports.kept ALTER COLUMN t SET STATISTICS 7,
        ALTER COLUMN t SET (n_distinct = 5), ALTER COLUMN t SET STORAGE EXTERNAL,
        ALTER COLUMN t SET COMPRESSION pglz;
      COMMENT ON MATERIALIZED VIEW reports.kept IS 'kept';
      CREATE MATERIALIZED VIEW reports.empty AS SELECT number FROM reports.kept WITH NO DATA;
      CREATE VIEW reports.elsewhere AS SELECT 1 AS one;
      ALTER VIEW reports.notes OWNER TO %3$s;
      ALTER MATERIALIZED VIEW reports.kept OWNER TO %3$s;
      REFRESH MATERIALIZED VIEW reports.kept;
      ALTER VIEW reports.outermost OWNER TO %2$s_owner;
      REVOKE ALL ON reports.notes FROM %2$s_reader;
      REVOKE DELETE ON reports.notes FROM %3$s;
      GRANT SELECT ON reports.notes TO "%2$s ""x"\"" WITH GRANT OPTION;
      GRANT UPDATE (text), SELECT (number) ON reports.outermost TO PUBLIC;
      SET ROLE "%2$s ""x"\"";
      GRANT SELECT ON reports.notes TO %2$s_reader;
      RESET ROLE;
      GRANT SELECT, UPDATE ON %1$s TO %2$s_owner WITH GRANT OPTION;
      GRANT SELECT (id), UPDATE (note) ON %1$s TO %2$s_reader;
      ALTER FOREIGN TABLE %1$s OPTIONS (ADD fetch_size '77');
      ALTER FOREIGN TABLE %1$s ADD CONSTRAINT positive CHECK (id > 0);
      CREATE TRIGGER before_insert BEFORE INSERT ON %1$s
        FOR EACH ROW EXECUTE FUNCTION reports.instead();
      ALTER FOREIGN TABLE %1$s DISABLE TRIGGER before_insert;
      """;

  @TempDir private Path folder;

  private Scene scene(PostgresVersion version) throws Exception {
    Scene scene =
        new Scene(folder, TestServer.shared("a", version), TestServer.shared("b", version));
    scene.tenant("bolt", "shard1");
    scene.run("initialize");
    return scene;
  }

  private Scene scene() throws Exception {
    return scene(PostgresVersion.embedded());
  }

  private static void onVeneer(Scene scene, String sql) throws SQLException {
    try (Client superuser = scene.superuser("veneer")) {
      superuser.execute("SET ppp.ddl = on");
      superuser.execute(sql);
    }
  }

  private static List<String> onVeneerRows(Scene scene, String sql) throws SQLException {
    try (Client superuser = scene.superuser("veneer")) {
      return superuser.rows(sql);
    }
  }

  private static void reports(Scene scene) throws SQLException {
    onVeneer(
        scene,
        REPORTS.formatted(scene.table("acme", "items"), scene.database(), scene.adminRole()));
  }

  private static List<String> relations(Scene scene) throws SQLException {
    return onVeneerRows(scene, RELATIONS.formatted(scene.table("acme", "items")));
  }

  @EveryPostgres
  void viewsOverATableThatIsMadeAnewStayAsTheyWere(PostgresVersion version) throws Exception {
    Scene scene = scene(version);
    reports(scene);
    List<String> before = relations(scene);
    String oid = onVeneerRows(scene, "SELECT 'reports.notes'::regclass::oid").get(0);
    String table = scene.table("acme", "items");
    scene.onShard(
        "acme",
        "ALTER TABLE items ALTER id ADD GENERATED ALWAYS AS IDENTITY;"
            + " INSERT INTO items OVERRIDING SYSTEM VALUE VALUES (4, 'note 4')");
    scene.run("initialize", "--only", "mirror");
    scene.isInStep();
    assertThat(onVeneerRows(scene, "SELECT 'reports.notes'::regclass::oid")).doesNotContain(oid);
    assertThat(relations(scene)).containsExactlyElementsOf(before);
    assertThat(onVeneerRows(scene, "SELECT count(*) FROM reports.kept")).containsExactly("4");
    String reader = scene.database() + "_reader";
    assertThat(
            onVeneerRows(
                scene,
                "SELECT has_column_privilege('%s', '%s', 'id', 'SELECT'),".formatted(reader, table)
                    + " has_table_privilege('%s_owner', '%s', 'UPDATE WITH GRANT OPTION'),"
                        .formatted(scene.database(), table)
                    + " has_table_privilege('%s', '%s', 'SELECT')".formatted(reader, table)))
        .containsExactly("t|t|f");
  }

  @EveryPostgres
  void aMigrationThatChangesTypesTakesTheViewsAlong(PostgresVersion version) throws Exception {
    Scene scene = scene(version);
    scene.migration(
        "V2__moods.sql",
        "CREATE TYPE mood AS ENUM ('sad', 'glad'); ALTER TABLE items ADD mood mood DEFAULT 'sad';");
    scene.run("migrate");
    String items = scene.table("acme", "items");
    onVeneer(
        scene,
        "CREATE SCHEMA reports; CREATE VIEW reports.ids AS SELECT id, mood FROM "
            + items
            + "; CREATE VIEW reports.all_ids AS SELECT id FROM reports.ids UNION ALL SELECT id FROM "
            + scene.table("bolt", "items")
            + "; CREATE MATERIALIZED VIEW reports.kept AS SELECT id FROM reports.ids WITH NO DATA;"
            + " CREATE VIEW reports.sad AS SELECT 'sad'::"
            + scene.table("acme", "mood")
            + " AS mood; CREATE VIEW reports.notes AS SELECT note FROM "
            + items
            + "; ALTER MATERIALIZED VIEW reports.kept OWNER TO "
            + scene.adminRole()
            + "; ALTER VIEW reports.ids OWNER TO "
            + scene.adminRole()
            + "; GRANT USAGE ON SCHEMA reports TO PUBLIC;"
            + " REFRESH MATERIALIZED VIEW reports.kept");
    String untouched = onVeneerRows(scene, "SELECT 'reports.notes'::regclass::oid").get(0);
    scene.migration("V3__wide.sql", "ALTER TABLE items ALTER id TYPE numeric;");
    scene.run("migrate");
    assertThat(onVeneerRows(scene, "SELECT 'reports.notes'::regclass::oid"))
        .containsExactly(untouched);
    scene.migration(
        "V4__moods.sql",
        """
        ALTER TABLE items ALTER mood DROP DEFAULT, ALTER mood TYPE text;
        DROP TYPE mood;
        CREATE TYPE mood AS ENUM ('glad', 'sad', 'it''s ok');
        ALTER TABLE items ALTER mood TYPE mood USING mood::mood;
        """);
    scene.run("migrate");
    scene.isInStep();
    assertThat(onVeneerRows(scene, "SELECT pg_typeof(id), count(*) FROM reports.kept GROUP BY 1"))
        .containsExactly("numeric|3");
    assertThat(
            onVeneerRows(
                scene,
                "SELECT format_type(atttypid, NULL) FROM pg_attribute"
                    + " WHERE attrelid = 'reports.all_ids'::regclass"))
        .containsExactly("numeric");
    assertThat(onVeneerRows(scene, "SELECT enum_range(mood) FROM reports.sad"))
        .containsExactly("{glad,sad,\"it's ok\"}");
  }

  @Test
  void aViewThatCannotBePutBackStopsItsTenantOnlyAndIsNamed() throws Exception {
    Scene scene = scene();
    String identity = "ALTER TABLE items ALTER id ADD GENERATED ALWAYS AS IDENTITY";
    onVeneer(
        scene,
        "CREATE SCHEMA reports; CREATE VIEW reports.ids AS SELECT id FROM "
            + scene.table("acme", "items")
            + "; CREATE VIEW reports.notes AS SELECT i.note FROM "
            + scene.table("acme", "items AS i"));
    scene.onShard("acme", identity + ", DROP note");
    scene.onShard("bolt", identity);
    String before = scene.state();
    InProcess.Result result = scene.ppp("initialize", "--only", "mirror");
    assertThat(result.status()).isEqualTo(7);
    assertThat(result.err())
        .contains(
            "error[PPP620]: tenant \"acme\": view reports.notes can't be put back",
            "column \"note\" does not exist",
            "42703");
    assertThat(onVeneerRows(scene, "SELECT note FROM reports.notes WHERE false")).isEmpty();
    assertThat(scene.run("plan"))
        .contains(scene.schema("acme"))
        .doesNotContain(scene.schema("bolt"));
    assertThat(scene.state()).isNotEqualTo(before);

    onVeneer(
        scene,
        "DROP VIEW reports.notes; CREATE FUNCTION reports.count() RETURNS bigint"
            + " BEGIN ATOMIC SELECT count(*) FROM reports.ids; END");
    result = scene.ppp("initialize", "--only", "mirror");
    assertThat(result.status()).isEqualTo(7);
    assertThat(result.err())
        .contains("view reports.ids has to make way", "function reports.count() depends on view");

    onVeneer(
        scene,
        "DROP FUNCTION reports.count; CREATE TABLE reports.all_items (id bigint NOT NULL,"
            + " note text NOT NULL); ALTER FOREIGN TABLE "
            + scene.table("acme", "items")
            + " INHERIT reports.all_items");
    result = scene.ppp("initialize", "--only", "mirror");
    assertThat(result.status()).isEqualTo(7);
    assertThat(result.err())
        .contains("foreign table " + scene.schema("acme") + ".items has to make way")
        .contains("it is a part of reports.all_items");
    onVeneer(
        scene,
        "ALTER FOREIGN TABLE " + scene.table("acme", "items") + " NO INHERIT reports.all_items");
    scene.run("initialize", "--only", "mirror");
    scene.isInStep();
    assertThat(onVeneerRows(scene, "SELECT id FROM reports.ids WHERE false")).isEmpty();
  }

  @Test
  void aMigrationIsNotCommittedWhereAViewCannotBePutBack() throws Exception {
    Scene scene = scene();
    onVeneer(
        scene,
        "CREATE SCHEMA reports; CREATE VIEW reports.sums AS SELECT upper(note) FROM "
            + scene.table("acme", "items"));
    scene.migration("V2__int.sql", "ALTER TABLE items ALTER note TYPE int USING 1;");
    InProcess.Result result = scene.ppp("migrate");
    assertThat(result.status()).isEqualTo(7);
    assertThat(result.out()).contains("1 migrated").contains("1 failed");
    assertThat(result.err())
        .contains("PPP614", "\"acme\"", "V2__int.sql", "view reports.sums can't be put back");
    try (Client owner = scene.as("shard1", scene.adminRole())) {
      assertThat(owner.value("SELECT pg_typeof(note) FROM " + scene.table("acme", "items LIMIT 1")))
          .isEqualTo("text");
    }
    onVeneer(scene, "DROP VIEW reports.sums");
    scene.run("migrate");
    scene.isInStep();
  }
}
