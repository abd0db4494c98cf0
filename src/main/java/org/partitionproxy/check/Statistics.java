package org.partitionproxy.check;

import java.util.List;
import java.util.Optional;
import org.partitionproxy.db.Row;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.script.Statement;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.topology.ServerDefinition;

/** The statements of a role that a server has counted, the most frequent first. */
public final class Statistics {

  private static final String EXTENSION =
      """
      SELECT n.nspname AS schema
      FROM pg_catalog.pg_extension AS x
      JOIN pg_catalog.pg_namespace AS n ON n.oid = x.extnamespace
      WHERE x.extname = 'pg_stat_statements'
      ORDER BY 1""";

  /** {@code object_not_in_prerequisite_state}: the extension is made, its library not loaded. */
  private static final String NOT_LOADED = "55000";

  private Statistics() {}

  /**
   * @param session as the superuser, in the database with the tenants' schemas
   * @throws PppException if the server does not count statements
   */
  public static List<AskedStatement> read(Session session, Identifier role) {
    Identifier schema =
        session
            .queryOne(EXTENSION, row -> row.identifier("schema"))
            .orElseThrow(() -> missing(session.server()));
    try {
      int[] rank = {0};
      return session.query(
          Sql.of(
              """
              SELECT s.query, sum(s.calls)::bigint AS calls
              FROM {}.pg_stat_statements AS s
              JOIN pg_catalog.pg_roles AS r ON r.oid = s.userid
              JOIN pg_catalog.pg_database AS d ON d.oid = s.dbid
              WHERE s.toplevel
                AND s.query IS NOT NULL
                AND d.datname = current_database()
                AND r.rolname = ?
              GROUP BY s.query
              ORDER BY 2 DESC, 1""",
              schema),
          row -> asked(session.server(), row, ++rank[0]),
          role.value());
    } catch (SqlFailure e) {
      throw e.sqlState().equals(NOT_LOADED) ? missing(session.server()) : e;
    }
  }

  private static AskedStatement asked(ServerDefinition server, Row row, int rank) {
    return new AskedStatement(
        "statistics of " + server.name(),
        new Statement(row.string("query"), rank, ""),
        Optional.of(row.number("calls")));
  }

  private static PppException missing(ServerDefinition server) {
    return new PppException(
        Diagnostic.error(
            Code.NO_STATISTICS,
            "server \""
                + server.name()
                + "\" does not count statements in database \""
                + server.database().value()
                + "\"",
            "Set shared_preload_libraries = 'pg_stat_statements' (for a server that ppp starts,"
                + " under `settings` in shards.yaml), restart it, and run CREATE EXTENSION"
                + " pg_stat_statements in that database; after a while, run this again."));
  }
}
