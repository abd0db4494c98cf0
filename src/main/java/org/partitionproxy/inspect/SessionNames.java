package org.partitionproxy.inspect;

import java.util.ArrayList;
import java.util.List;
import org.partitionproxy.db.Session;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Topology;

/**
 * A shard at which the veneer's sessions are not called by their ids, so that its log doesn't tell
 * whose statements are whose.
 *
 * @param warning why that is, with the statement that mends it
 */
public record SessionNames(ServerName shard, Diagnostic warning) {

  private static final String WANTED = "ppp:%c";

  /**
   * What the setting says beats the servers' options.
   *
   * @see <a href="https://www.postgresql.org/docs/18/postgres-fdw.html">F.38.1.9 postgres_fdw,
   *     Configuration Parameters</a>
   */
  private static final String READ =
      """
      SELECT s.srvname AS name,
             o.option_value IS NOT NULL AS optional,
             coalesce(o.option_value, 'postgres_fdw') AS value,
             coalesce(pg_catalog.current_setting('postgres_fdw.application_name', true), '')
               AS setting
      FROM pg_catalog.pg_foreign_server AS s
      JOIN pg_catalog.pg_foreign_data_wrapper AS w ON w.oid = s.srvfdw
      LEFT JOIN LATERAL pg_catalog.pg_options_to_table(s.srvoptions) AS o
        ON o.option_name = 'application_name'
      WHERE w.fdwname = 'postgres_fdw'
      ORDER BY s.srvname""";

  private record Row(Identifier name, boolean optional, String value, String setting) {

    boolean isWrong() {
      return !(setting.isEmpty() ? value : setting).equals(WANTED);
    }

    Diagnostic warning() {
      return Diagnostic.warning(
          Code.SESSIONS_UNNAMED,
          "what shard \""
              + name.value()
              + "\" is asked is tied to statements by its time, which is a guess: the veneer's"
              + " sessions are called '"
              + (setting.isEmpty() ? value : setting)
              + "' there"
              + (setting.isEmpty() ? "" : ", as postgres_fdw.application_name says"),
          setting.isEmpty()
              ? "`ppp initialize` mends it, as does this on the veneer, at its sessions' next"
                  + " transactions:\n"
                  + option().text()
                  + ";"
              : """
                Take that setting back on the veneer; where ALTER SYSTEM made it:
                ALTER SYSTEM RESET postgres_fdw.application_name;
                SELECT pg_reload_conf();""");
    }

    private Sql option() {
      Literal wanted = Literal.of(WANTED);
      return optional
          ? Sql.of("ALTER SERVER {} OPTIONS (SET application_name {})", name, wanted)
          : Sql.of("ALTER SERVER {} OPTIONS (ADD application_name {})", name, wanted);
    }
  }

  /**
   * The shards at which sessions are called otherwise, in the order of their foreign servers'
   * names.
   *
   * @param session on a veneer's database
   */
  public static List<SessionNames> wrong(Topology topology, Session session) {
    List<Row> rows =
        session.query(
            READ,
            row ->
                new Row(
                    row.identifier("name"),
                    row.bool("optional"),
                    row.string("value"),
                    row.string("setting")));
    List<SessionNames> wrong = new ArrayList<>();
    for (Row row : rows) {
      for (ServerDefinition shard : topology.shown()) {
        // A shard's foreign server is called as the shard is.
        if (row.isWrong() && shard.name().value().equals(row.name().value())) {
          wrong.add(new SessionNames(shard.name(), row.warning()));
        }
      }
    }
    return wrong;
  }
}
