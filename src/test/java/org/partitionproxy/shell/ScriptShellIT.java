package org.partitionproxy.shell;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.partitionproxy.console.DiagnosticView;
import org.partitionproxy.console.QueryTable;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.ExitCode;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.sql.Sql;

class ScriptShellIT {

  @TempDir Path folder;
  private Bookstore bookstore;
  private Session session;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void connect() {
    bookstore = Bookstore.create(folder);
    session = bookstore.connector().as(bookstore.shard(), bookstore.tenant().role());
    session.execute(Sql.of("SET search_path TO {}", bookstore.tenant().schema()));
  }

  @AfterEach
  void disconnect() {
    session.close();
  }

  private ScriptShell shell() {
    return new ScriptShell(
        session,
        new ShellView(QueryTable::render, d -> DiagnosticView.render(List.of(d))),
        new PrintWriter(out),
        new PrintWriter(err));
  }

  private void feed(String input) {
    shell().runInput(new ByteArrayInputStream(input.getBytes(UTF_8)));
  }

  private Diagnostic failure(Runnable work) {
    PppException failure = catchThrowableOfType(PppException.class, work::run);
    assertThat(failure.exitCode()).isEqualTo(ExitCode.SQL_FAILED);
    return failure.diagnostics().get(0);
  }

  @Test
  void runsAScript() {
    feed(
        """
        CREATE TABLE books (id int, title text);
        INSERT INTO books VALUES (1, 'Emma'), (20, NULL);
        SELECT *
        FROM books  -- all; of them
        ORDER BY id;
        UPDATE books SET title = 'é' WHERE id = 1;
        SELECT title FROM books WHERE id = 1
        """);
    assertThat(out)
        .hasToString(
            """
            CREATE
            INSERT 2
             id | title
            ----+-------
              1 | Emma
             20 |
            (2 rows)

            UPDATE 1
             title
            -------
             é
            (1 row)

            """);
  }

  @Test
  void runsBodiesAndTextThatTheDriverMightMisread() {
    feed(
        """
        CREATE FUNCTION add(a int, b int) RETURNS int LANGUAGE plpgsql AS $body$
        BEGIN
          RETURN a + b;
        END;
        $body$;
        CREATE FUNCTION two() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END;
        DO $$ BEGIN RAISE NOTICE 'half; way'; END $$;
        SELECT add(1, two()) AS sum, '{"a": 1}'::jsonb ? 'a' AS has, '{d}' AS braces, ':x' AS colon;
        """);
    assertThat(out.toString())
        .isEqualTo(
            """
            CREATE
            CREATE
            DO
             sum | has | braces | colon
            -----+-----+--------+-------
               3 | t   | {d}    | :x
            (1 row)

            """);
    assertThat(err).hasToString("NOTICE: half; way\n");
  }

  @Test
  void stopsAtTheFirstErrorAndSaysWhere() {
    Diagnostic failure =
        failure(
            () ->
                feed(
                    """
                    SELECT 'one';
                    SELECT 'two'; SELECT
                      'é', nope;
                    SELECT 'three';
                    """));
    assertThat(failure.summary()).isEqualTo("column \"nope\" does not exist (SQLSTATE 42703)");
    assertThat(failure.position().orElseThrow()).hasToString("stdin:3:8");
    assertThat(out.toString()).contains("one", "two").doesNotContain("three");
  }

  @Test
  void keepsTheTransactionThatWasTyped() {
    feed("CREATE TABLE t (i int); BEGIN; INSERT INTO t VALUES (1); ROLLBACK;");
    feed("BEGIN;\nINSERT INTO t VALUES (2);\nCOMMIT;\nSELECT i FROM t;");
    assertThat(out.toString()).endsWith("COMMIT\n i\n---\n 2\n(1 row)\n\n");
    assertThat(failure(() -> feed("BEGIN; SELECT 1/0;")).hint()).contains("ROLLBACK");
    assertThat(session.transactionState()).isEqualTo(Session.TransactionState.FAILED);
    feed("COMMIT;");
    assertThat(out.toString()).endsWith("ROLLBACK\n");
    assertThat(session.transactionState()).isEqualTo(Session.TransactionState.NONE);
  }

  @Test
  void runsTheStatementsOfOneCommandTogether() {
    shell().runCommands(List.of("CREATE TABLE t (i int)", "SELECT 1 AS a; SELECT 2 AS b"));
    Diagnostic failure =
        failure(
            () ->
                shell().runCommands(List.of("INSERT INTO t VALUES (1);\nSELECT 1/0", "SELECT 3")));
    assertThat(failure.summary()).isEqualTo("division by zero (SQLSTATE 22012)");
    out.getBuffer().setLength(0);
    feed("SELECT count(*) FROM t;");
    assertThat(out).hasToString(" count\n-------\n     0\n(1 row)\n\n");
  }

  @Test
  void goesOnAfterWhatItCannotDo() {
    assertThat(failure(() -> feed("COPY (SELECT 1) TO STDOUT;")).summary()).contains("COPY");
    feed("SELECT 1;");
    feed("CREATE TABLE t (i int);");
    assertThat(failure(() -> feed("COPY t FROM STDIN;")).summary()).contains("COPY");
    feed("SELECT 2 AS two;");
    assertThat(out.toString()).contains("two");
  }

  @Test
  void listsAndDescribesRelations() {
    feed(
        """
        CREATE TABLE authors (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);
        CREATE TABLE "Books" (
          author int DEFAULT 1 REFERENCES authors,
          title varchar(20) CHECK (title <> ''));
        CREATE INDEX ON "Books" (lower(title));
        CREATE VIEW titles AS SELECT title FROM "Books";
        """);
    out.getBuffer().setLength(0);
    feed("\\d\n\\d authors\n\\d \"Books\"\n\\d titles;\n");
    String schema = bookstore.tenant().schema().value();
    assertThat(out.toString().replace(schema, "acme").replaceAll(" +", " "))
        .contains(" acme | Books | table |", " acme | authors_id_seq | sequence |")
        .contains("id | integer | not null | generated always as identity")
        .contains("Indexes:\n authors_pkey PRIMARY KEY (id)")
        .contains("title | character varying(20) |")
        .contains(
            "Constraints:\n \"Books_author_fkey\" FOREIGN KEY (author) REFERENCES authors(id)")
        .contains("View definition:\n SELECT");
  }

  @Test
  void listsSchemas() {
    feed("\\dn\n");
    assertThat(out.toString())
        .contains(bookstore.tenant().schema() + " | " + bookstore.topology().adminRole())
        .contains(" public ")
        .doesNotContain("pg_catalog", "information_schema");
  }

  @Test
  void leavesAtQuitAndExplainsItself() {
    feed("\\?\n\\q\nSELECT 'never';\n");
    assertThat(out.toString()).contains("\\dn").doesNotContain("never");
    shell().runCommands(List.of("\\q", "SELECT 'never'"));
    assertThat(out.toString()).doesNotContain("never");
  }

  @Test
  void refusesCommandsAndRelationsThatItDoesNotKnow() {
    for (String command : List.of("\\x", "\\dt", "\\d nope", "\\q now")) {
      assertThatThrownBy(() -> feed(command + "\n"))
          .isInstanceOf(PppException.class)
          .hasMessageContaining(Code.SHELL_COMMAND_UNKNOWN.toString());
    }
  }

  @Test
  void saysThatTheConnectionIsLost() {
    SqlFailure failure =
        catchThrowableOfType(
            SqlFailure.class, () -> feed("SELECT pg_terminate_backend(pg_backend_pid());"));
    assertThat(failure.isUnreachable()).isTrue();
  }
}
