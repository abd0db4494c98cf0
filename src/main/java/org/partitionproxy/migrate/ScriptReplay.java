package org.partitionproxy.migrate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.Sql;

/**
 * Runs scripts that Flyway has already run for another tenant, each in a transaction of its own
 * with its row in the history, as Flyway does.
 */
final class ScriptReplay {

  /** What stands between statements, after a comment too. */
  private static final String SEPARATOR = "\n;\n";

  private final Session session;
  private final Identifier schema;
  private final HistoryTable history;
  private final Consumer<String> applied;
  private final BiConsumer<String, String> warned;
  private final Following following;

  /**
   * @param session as the owner, as it came from its pool
   * @param applied is told each script that is committed
   * @param warned is told a script and what the server warned of
   */
  ScriptReplay(
      Session session,
      Identifier schema,
      Following following,
      Consumer<String> applied,
      BiConsumer<String, String> warned) {
    this.following = following;
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
   * @throws CannotFollow the same for a script that can't be followed
   */
  boolean run(List<ParsedScript> scripts) {
    for (ParsedScript script : scripts) {
      if (!session.inTransaction(() -> run(script))) {
        return false;
      }
      following.committed();
      applied.accept(script.script());
    }
    return true;
  }

  private boolean run(ParsedScript script) {
    following.beforeScript(script.script());
    Optional<HistoryTable.State> state = history.state(session);
    if (state.isEmpty() || !state.get().isPlain()) {
      return false;
    }
    if (state.get().exists()) {
      session.execute(List.of(history.locking(), history.hiding(state.get())));
      if (history.contains(session, script)) {
        return false;
      }
    }
    session
        .executeScript(text(script, state.get()))
        .forEach(warning -> warned.accept(script.script(), warning));
    following.afterScript(script.script(), session);
    return true;
  }

  /** All in one message: a round trip for each statement costs as much as a small table. */
  private String text(ParsedScript script, HistoryTable.State state) {
    List<Sql> before = new ArrayList<>();
    if (!state.exists()) {
      before.addAll(history.creation());
      before.add(history.hiding(state));
    }
    before.addAll(searchPath());
    return Stream.of(
            before.stream().map(Sql::text),
            script.statements().stream(),
            Stream.of(history.adding(script).text()))
        .flatMap(statements -> statements)
        .collect(Collectors.joining(SEPARATOR));
  }

  /** Flyway's: the schema, then the session's own. */
  private List<Sql> searchPath() {
    return List.of(
        Sql.of("RESET search_path"),
        Sql.of(
            "SELECT pg_catalog.set_config('search_path', pg_catalog.concat_ws(',', {},"
                + " pg_catalog.current_setting('search_path')), false)",
            Literal.of(Sql.of("{}", schema).text())));
  }
}
