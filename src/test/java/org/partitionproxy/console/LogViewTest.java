package org.partitionproxy.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.partitionproxy.inspect.LogEntries.entry;
import static org.partitionproxy.inspect.LogEntries.statement;

import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.partitionproxy.inspect.LogEntry;

class LogViewTest {

  private final LogView view = new LogView(ZoneOffset.ofHours(1));

  @Test
  void alignsColumnsAndIndentsFurtherLines() {
    LogEntry one = statement("initech_app", "bookstore", "SELECT 1");
    LogEntry two = statement("a", "b", "SELECT id,\\n              title\\n         FROM books\\n");
    assertThat(view.render(List.of(one, two)))
        .isEqualTo(
            """
            2026-11-20 11:43:10.123  6739d1c3.1267  initech_app  bookstore  SELECT 1
            2026-11-20 11:43:10.123  6739d1c3.1267  a            b          SELECT id,
                     title
                FROM books
            """);
  }

  @Test
  void keepsItsColumnsFromOneBatchToTheNext() {
    view.render(List.of(statement("initech_app", "bookstore", "SELECT 1")));
    assertThat(view.render(List.of(statement("a", "b", "SELECT 2"))))
        .isEqualTo("2026-11-20 11:43:10.123  6739d1c3.1267  a            b          SELECT 2\n");
  }

  @Test
  void showsParametersAndDuration() {
    LogEntry entry =
        entry(
            "a",
            "b",
            "\"error_severity\":\"LOG\",\"message\":\"duration: 1.250 ms  execute <unnamed>: SELECT"
                + " $1\",\"detail\":\"Parameters: $1 = 'x'\"");
    assertThat(view.render(List.of(entry)))
        .isEqualTo(
            """
            2026-11-20 11:43:10.123  6739d1c3.1267  a  b  SELECT $1  (1.250 ms)
                $1 = 'x'
            """);
  }

  @Test
  void doesNotRepeatTheStatementOfAnErrorThatItJustShowed() {
    LogEntry error =
        entry(
            "a",
            "b",
            "\"error_severity\":\"ERROR\",\"state_code\":\"22012\",\"message\":\"division by"
                + " zero\",\"statement\":\"SELECT 1/0\"");
    assertThat(view.render(List.of(statement("a", "b", "SELECT 1/0"), error)))
        .isEqualTo(
            """
            2026-11-20 11:43:10.123  6739d1c3.1267  a  b  SELECT 1/0
            2026-11-20 11:43:10.123  6739d1c3.1267  a  b  ERROR 22012: division by zero
            """);
    assertThat(new LogView(ZoneOffset.UTC).render(List.of(error)))
        .isEqualTo(
            """
            2026-11-20 10:43:10.123  6739d1c3.1267  a  b  ERROR 22012: division by zero
                statement: SELECT 1/0
            """);
  }

  @Test
  void letsNoStatementSteerTheTerminal() {
    assertThat(view.render(List.of(statement("a", "b", "SELECT '\\u001b[2J\\u009b1m\\r\\u0007'"))))
        .endsWith("SELECT '\\x1b[2J\\x9b1m\\x07'\n");
  }

  private static LogEntry forwarded(String sql) {
    return entry(
        "a",
        "b",
        "\"error_severity\":\"LOG\",\"message\":\"statement: "
            + sql
            + "\",\"application_name\":\"ppp:5.7\"");
  }

  @Test
  void marksWhatTheVeneerAskedWithItsSession() {
    assertThat(view.render(List.of(forwarded("SELECT 1"))))
        .isEqualTo("2026-11-20 11:43:10.123  6739d1c3.1267 <- 5.7  a  b  SELECT 1\n");
  }

  @Test
  void showsSessionAfterSession() {
    assertThat(
            view.renderBySession(
                List.of(forwarded("SELECT 1"), statement("a", "b", "SELECT 2"), forwarded("END"))))
        .isEqualTo(
            """
            session 5.7 of the veneer, a
            2026-11-20 11:43:10.123  6739d1c3.1267 <- 5.7  a  b  SELECT 1
            2026-11-20 11:43:10.123  6739d1c3.1267 <- 5.7  a  b  END

            session 6739d1c3.1267, a
            2026-11-20 11:43:10.123  6739d1c3.1267         a  b  SELECT 2
            """);
  }

  @Test
  void writesAnObjectALine() {
    LogEntry entry =
        entry(
            "a",
            "b",
            "\"error_severity\":\"LOG\",\"state_code\":\"00000\",\"message\":\"duration: 1.250 ms "
                + " execute <unnamed>: SELECT\\n$1\",\"detail\":\"Parameters: $1 ="
                + " 'x'\",\"query_id\":-17,\"application_name\":\"ppp:1.2\",\"remote_host\":\"::1\"");
    assertThat(new LogJsonView("shard3").render(List.of(entry, entry)).lines())
        .hasSize(2)
        .first()
        .isEqualTo(
            "{\"timestamp\":\"2026-11-20T10:43:10.123Z\",\"server\":\"shard3\","
                + "\"session\":\"6739d1c3.1267\",\"session_line\":1,\"pid\":4711,\"user\":\"a\","
                + "\"database\":\"b\",\"application\":\"ppp:1.2\",\"veneer_session\":\"1.2\",\"remote_host\":\"::1\","
                + "\"kind\":\"statement\",\"severity\":\"LOG\",\"sqlstate\":\"00000\","
                + "\"statement\":\"SELECT\\n$1\",\"parameters\":\"$1 = 'x'\",\"duration_ms\":1.250,"
                + "\"message\":\"duration: 1.250 ms  execute <unnamed>: SELECT\\n$1\","
                + "\"detail\":\"Parameters: $1 = 'x'\",\"query_id\":-17}");
  }
}
