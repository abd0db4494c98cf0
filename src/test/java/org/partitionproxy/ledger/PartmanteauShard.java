package org.partitionproxy.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.UserResult;
import org.partitionproxy.testing.PostgresVersion;
import org.partitionproxy.testing.TestServer;

/**
 * A database with schema {@code partmanteau} and roles of its own, which SQL names in braces.
 *
 * @param suffix of the roles' names
 */
record PartmanteauShard(Session session, String suffix) implements AutoCloseable {

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

  /** With the roles owner, app and other, and schemas that owner owns. */
  static PartmanteauShard in(PostgresVersion version, String... scripts) {
    var server = TestServer.shared("a", version).freshDatabase("shard1");
    Session session = new Connector(name -> Optional.empty(), "ppp test").superuser(server);
    session.execute(PartitionFramework.CURRENT.statements());
    PartmanteauShard shard = new PartmanteauShard(session, server.database().value());
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

  static String creates(String arguments) {
    return "SELECT * FROM partmanteau.create_table_partition(" + arguments + ")";
  }

  void create(String table, String name, int year, String effective) {
    create(
        "'acme', '%1$s', '%1$s_%2$s', ARRAY['at >= ''%3$d-01-01'' AND at < ''%3$d-02-01'''], '{}', %4$s"
            .formatted(table, name, year, effective));
  }

  List<String> partitions(String table) {
    return rows(
        "SELECT table_partition_name FROM partmanteau.table_partitions WHERE table_name = '"
            + table
            + "' ORDER BY sort_key");
  }

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
