package org.partitionproxy.testing;

import static org.awaitility.Awaitility.await;

import java.util.UUID;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.topology.ServerDefinition;

/** What a test's server wrote into its log about one of its databases. */
public final class ServerLog {

  private static final String LINES =
      """
      SELECT pg_catalog.count(*) AS lines
      FROM pg_catalog.pg_ls_logdir() AS f
      CROSS JOIN LATERAL pg_catalog.regexp_split_to_table(
        pg_catalog.convert_from(
          pg_catalog.pg_read_binary_file(
            pg_catalog.current_setting('log_directory') || '/' || f.name),
          'LATIN1'),
        '\\n') AS line
      WHERE f.name LIKE '%.json'
        AND pg_catalog.strpos(line, '"dbname":"' || ? || '"') > 0
        AND line !~ '"message":"duration: [0-9.]+ ms  (parse|bind) '
        AND pg_catalog.strpos(line, ?) > 0""";

  private ServerLog() {}

  /** The statements and problems with this text, up to now: what was asked before is in them. */
  public static long count(ServerDefinition server, String text) {
    try (Session session = new Connector(name -> server.password(), "ppp test").superuser(server)) {
      String mark = UUID.randomUUID().toString();
      session.execute(Sql.of("SELECT {}", Literal.of(mark)));
      await().until(() -> lines(session, mark) > 0);
      return lines(session, text);
    }
  }

  private static long lines(Session session, String text) {
    return session
        .query(LINES, row -> row.number("lines"), session.server().database().value(), text)
        .get(0);
  }
}
