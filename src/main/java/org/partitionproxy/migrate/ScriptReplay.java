package org.partitionproxy.migrate;

import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Sql;

/**
 * Runs scripts that Flyway has already run for another tenant, each in a transaction of its own
 * with its row in the history, as Flyway does.
 */
final class ScriptReplay {

  /** Flyway's search_path: the schema, then the session's own. */
  private static final String SEARCH_PATH =
      """
      SELECT pg_catalog.set_config(
        'search_path',
        pg_catalog.quote_ident(?) || ',' || pg_catalog.current_setting('search_path'),
        false) AS path""";

  private final Session session;
  private final Identifier schema;
  private final HistoryTable history;
  private final Consumer<String> applied;
  private final BiConsumer<String, String> warned;

  /**
   * @param session as the owner, as it came from its pool
   * @param applied is told each script that is committed
   * @param warned is told a script and what the server warned of
   */
  ScriptReplay(
      Session session,
      Identifier schema,
      Consumer<String> applied,
      BiConsumer<String, String> warned) {
    this.session = session;
    this.schema = schema;
    this.history = new HistoryTable(schema);
    this.applied = applied;
    this.warned = warned;
  }

  /**
   * Returns false, with the rest undone, where only Flyway can say what to do.
   *
   * @throws SqlFailure if a script fails; it is rolled back, and those before it stay
   */
  boolean run(List<ParsedScript> scripts) {
    for (ParsedScript script : scripts) {
      if (!session.inTransaction(() -> run(script))) {
        return false;
      }
      applied.accept(script.script());
    }
    return true;
  }

  private boolean run(ParsedScript script) {
    if (!history.prepare(session, script)) {
      return false;
    }
    long start = System.nanoTime();
    session.execute(Sql.of("RESET search_path"));
    session.query(SEARCH_PATH, row -> row.string("path"), schema.value());
    for (String statement : script.statements()) {
      session.executeScript(statement).forEach(w -> warned.accept(script.script(), w));
    }
    history.add(session, script, Duration.ofNanos(System.nanoTime() - start));
    return true;
  }
}
