package org.partitionproxy.convert;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;

/**
 * How many rows a table has, about: what the planner takes them for, which follows the table's size
 * also where it was never analyzed. It takes no such table to be of fewer than ten pages; one that
 * is gets counted.
 *
 * @see <a href="https://www.postgresql.org/docs/18/row-estimation-examples.html">PostgreSQL, 69.1
 *     Row Estimation Examples</a>
 */
final class RowEstimate {

  private static final int PAGES = 10;

  private static final Pattern ROWS = Pattern.compile("\\brows=([0-9]+)");

  private RowEstimate() {}

  static long of(Session session, QualifiedName table) {
    if (isSmall(session, table)) {
      return session
          .query(Sql.of("SELECT count(*) AS rows FROM ONLY {}", table), row -> row.number("rows"))
          .get(0);
    }
    List<String> plan =
        session.query(
            Sql.of("EXPLAIN SELECT FROM ONLY {}", table), row -> row.string("QUERY PLAN"));
    Matcher rows = ROWS.matcher(plan.get(0));
    return rows.find() ? Long.parseLong(rows.group(1)) : 0;
  }

  private static boolean isSmall(Session session, QualifiedName table) {
    return session
        .query(
            """
            SELECT pg_catalog.pg_relation_size(c.oid)
              < ? * pg_catalog.current_setting('block_size')::int AS small
            FROM pg_catalog.pg_class AS c
            JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname = ? AND c.relname = ?""",
            row -> row.bool("small"),
            PAGES,
            table.schema().value(),
            table.name().value())
        .get(0);
  }

  /** Of tables in one schema, together. */
  static long of(Session session, Identifier schema, List<Identifier> tables) {
    return tables.stream().mapToLong(table -> of(session, new QualifiedName(schema, table))).sum();
  }
}
