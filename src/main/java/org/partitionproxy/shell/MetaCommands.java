package org.partitionproxy.shell;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import org.partitionproxy.db.Row;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.UserResult;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;

/** The few commands of the built-in shell that begin with a backslash. */
final class MetaCommands {

  private static final String HELP =
      """
      \\d         list tables, views and sequences on the search_path
      \\d NAME    describe one of them
      \\dn        list schemas
      \\q         quit
      \\?         show this
      A statement ends with a semicolon. Ctrl-C drops what is typed, or cancels what runs.
      """;

  private static final String RELATIONS =
      """
      SELECT
        n.nspname AS schema,
        c.relname AS name,
        CASE c.relkind
          WHEN 'r' THEN 'table'
          WHEN 'p' THEN 'partitioned table'
          WHEN 'f' THEN 'foreign table'
          WHEN 'v' THEN 'view'
          WHEN 'm' THEN 'materialized view'
          ELSE 'sequence'
        END AS type,
        pg_catalog.pg_get_userbyid(c.relowner) AS owner
      FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
        AND n.nspname NOT IN ('pg_catalog', 'information_schema')
        AND n.nspname NOT LIKE 'pg\\_toast%'
        AND pg_catalog.pg_table_is_visible(c.oid)
      ORDER BY n.nspname, c.relname""";

  private static final String SCHEMAS =
      """
      SELECT
        n.nspname AS name,
        pg_catalog.pg_get_userbyid(n.nspowner) AS owner
      FROM pg_catalog.pg_namespace n
      WHERE n.nspname NOT LIKE 'pg\\_%'
        AND n.nspname <> 'information_schema'
      ORDER BY n.nspname""";

  private static final List<UserResult.Column> RELATION_COLUMNS =
      columns("Schema", "Name", "Type", "Owner");
  private static final List<UserResult.Column> SCHEMA_COLUMNS = columns("Name", "Owner");

  /** What the shell does after a command. */
  enum Next {
    GO_ON,
    QUIT
  }

  private final Session session;
  private final ShellView view;
  private final PrintWriter out;

  MetaCommands(Session session, ShellView view, PrintWriter out) {
    this.session = session;
    this.view = view;
    this.out = out;
  }

  static boolean isOne(String text) {
    return text.stripLeading().startsWith("\\");
  }

  /**
   * @throws PppException if there is no such command, or the server refused what it asked
   */
  Next run(String text) {
    String line = text.strip();
    int end = line.indexOf(' ');
    String name = end < 0 ? line : line.substring(0, end);
    String argument = end < 0 ? "" : line.substring(end).strip();
    if (name.equals("\\d") && !argument.isEmpty()) {
      out.print(new RelationDescription(session, view).describe(argument.replaceAll(";$", "")));
    } else if (!argument.isEmpty()) {
      throw unknown(line);
    } else {
      switch (name) {
        case "\\q" -> {
          return Next.QUIT;
        }
        case "\\?" -> out.print(HELP);
        case "\\d" -> print(RELATION_COLUMNS, session.query(RELATIONS, MetaCommands::relation));
        case "\\dn" -> print(SCHEMA_COLUMNS, session.query(SCHEMAS, MetaCommands::schema));
        default -> throw unknown(line);
      }
    }
    out.flush();
    return Next.GO_ON;
  }

  private static List<Optional<String>> relation(Row row) {
    return List.of(
        row.findString("schema"),
        row.findString("name"),
        row.findString("type"),
        row.findString("owner"));
  }

  private static List<Optional<String>> schema(Row row) {
    return List.of(row.findString("name"), row.findString("owner"));
  }

  private void print(List<UserResult.Column> columns, List<List<Optional<String>>> rows) {
    out.print(view.table().apply(new UserResult.Rows(columns, rows)));
  }

  static List<UserResult.Column> columns(String... names) {
    return List.of(names).stream().map(name -> new UserResult.Column(name, false)).toList();
  }

  private static PppException unknown(String line) {
    return new PppException(
        Diagnostic.error(
            Code.SHELL_COMMAND_UNKNOWN,
            "the built-in shell has no command \"" + line + "\"",
            "It has \\d, \\d NAME, \\dn, \\q and \\?. Install PostgreSQL's client programs for psql"
                + " itself."));
  }
}
