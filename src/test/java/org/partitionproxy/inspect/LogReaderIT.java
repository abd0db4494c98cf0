package org.partitionproxy.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.testing.TestServer;
import org.partitionproxy.topology.Tenant;

class LogReaderIT {

  private final LogTopology topology = LogTopology.on(TestServer.shared("a"));
  private final Tenant initech = topology.initech();
  private final Tenant globex = topology.globex();
  private final LogTally tally = new LogTally();

  private List<LogEntry> read(LogQuery query) {
    try (Session session = topology.admin("ppp test")) {
      return LogReader.open(session, query, tally).newest().entries();
    }
  }

  private List<String> statements(LogQuery query) {
    return read(query).stream().map(entry -> entry.statement().orElse(entry.message())).toList();
  }

  /** The server's logger writes a little after the statement is done. */
  private List<String> awaitStatements(LogQuery query, String last) {
    return await()
        .until(() -> statements(query), found -> !found.isEmpty() && last(found).equals(last));
  }

  private static String last(List<String> strings) {
    return strings.get(strings.size() - 1);
  }

  @Test
  void showsATenantsStatementsAndCountsThoseOfOthers() {
    try (Session session = topology.as(globex)) {
      session.execute(Sql.of("TABLE {}.books", globex.schema()));
    }
    try (Session session = topology.admin("shop")) {
      session.execute(Sql.of("SELECT 1 FROM {}.books", initech.schema()));
      session.execute(Sql.of("SELECT 2 FROM {}.books", globex.schema()));
      session.execute(Sql.of("SELECT {}", Literal.of(initech.schema() + ".books")));
    }
    try (Session session = topology.as(initech)) {
      session.execute(Sql.of("SELECT 'the last one'"));
    }
    List<String> shown =
        awaitStatements(topology.query(Optional.of(initech), 100), "SELECT 'the last one'");
    assertThat(shown)
        .contains("SELECT 1 FROM " + initech.schema().quoted() + ".books", "SELECT 'the last one'")
        .noneMatch(statement -> statement.contains(globex.schema().quoted() + ".books"))
        .noneMatch(statement -> statement.contains("'" + initech.schema()));
    assertThat(tally.leftOut()).isGreaterThanOrEqualTo(3);
    assertThat(tally.unreadable()).isZero();
  }

  @Test
  void showsParametersAndErrorsAndNoPassword() {
    try (Session session = topology.as(initech)) {
      session.query("SELECT ?::text AS v", row -> row.string("v"), "it's Motörhead");
      assertThatThrownBy(
              () -> session.execute(Sql.of("ALTER ROLE nobody_at_all PASSWORD 'hunter2'")))
          .isInstanceOf(SqlFailure.class);
    }
    LogQuery query = topology.query(Optional.of(initech), 2);
    await()
        .untilAsserted(
            () -> {
              List<LogEntry> entries = read(topology.query(Optional.of(initech), 3));
              assertThat(entries).hasSize(3);
              assertThat(entries.get(0).statement()).contains("SELECT $1::text AS v");
              assertThat(entries.get(0).parameters()).contains("$1 = 'it''s Motörhead'");
              assertThat(entries.get(2).kind()).isEqualTo(LogEntry.Kind.PROBLEM);
              assertThat(entries.get(2).sqlState()).isPresent();
            });
    assertThat(read(query).toString())
        .doesNotContain("hunter2")
        .contains("ALTER ROLE nobody_at_all PASSWORD '********'");
  }

  @Test
  void readsTheEndOfABigLogOnly() {
    try (Session session = topology.as(initech)) {
      Literal filling = Literal.of("x".repeat(100_000));
      for (int i = 0; i < 60; i++) {
        session.execute(Sql.of("SELECT length({})", filling));
      }
      IntStream.rangeClosed(1, 30)
          .forEach(i -> session.execute(Sql.of("SELECT {}", Literal.of("n" + i))));
    }
    List<String> newest = awaitStatements(topology.query(Optional.of(initech), 12), "SELECT 'n30'");
    assertThat(newest)
        .containsExactlyElementsOf(
            IntStream.rangeClosed(19, 30).mapToObj(i -> "SELECT 'n" + i + "'").toList());
    assertThat(statements(topology.query(Optional.of(initech), 90)))
        .hasSize(90)
        .last()
        .isEqualTo("SELECT 'n30'");
  }

  @Test
  void findsAMomentInALongLog() {
    Instant moment;
    try (Session session = topology.as(initech)) {
      for (int i = 0; i < 40; i++) {
        session.execute(Sql.of("SELECT 'long before', length({})", Literal.of("x".repeat(20_000))));
      }
      moment =
          session
              .queryOne("SELECT clock_timestamp() AS now", row -> row.instant("now"))
              .orElseThrow();
      session.execute(Sql.of("SELECT 'after the moment'"));
    }
    awaitStatements(topology.query(Optional.of(initech), 1), "SELECT 'after the moment'");
    try (Session session = topology.admin("ppp test")) {
      LogReader reader = LogReader.open(session, topology.query(Optional.of(initech), 0), tally);
      List<String> read = new ArrayList<>();
      new LogStart(reader.files(), new LogDecoder(new LogClock("UTC")))
          .follower(moment)
          .poll(reader, entry -> read.add(entry.statement().orElse("")));
      assertThat(read).last().isEqualTo("SELECT 'after the moment'");
      assertThat(read).hasSizeLessThan(10);
      List<String> all = new ArrayList<>();
      new LogStart(reader.files(), new LogDecoder(new LogClock("UTC")))
          .follower(moment.minusSeconds(3600))
          .poll(reader, entry -> all.add(entry.statement().orElse("")));
      assertThat(all).filteredOn(sql -> sql.startsWith("SELECT 'long before'")).hasSize(40);
    }
  }

  @Test
  void readsLinesLongerThanABlock() {
    String huge = "ü".repeat(2 * LogFiles.BLOCK);
    try (Session session = topology.as(initech)) {
      session.execute(Sql.of("SELECT length({})", Literal.of(huge)));
      session.execute(Sql.of("SELECT 'after'"));
    }
    assertThat(awaitStatements(topology.query(Optional.of(initech), 2), "SELECT 'after'"))
        .containsExactly("SELECT length('" + huge + "')", "SELECT 'after'");
  }

  @Test
  void keepsItsOwnReadingOutOfTheLog() {
    LogQuery all =
        new LogQuery(
            topology.shard(),
            Optional.empty(),
            true,
            Optional.empty(),
            Optional.of(Pattern.compile("ppp\\.log_(read\\(\\$1|files\\(\\) AS f)")),
            1000);
    try (Session session = topology.admin("ppp " + topology.shard().database())) {
      LogReader reader = LogReader.open(session, all, tally);
      reader.newest();
      reader.newest();
    }
    try (Session session = topology.as(initech)) {
      session.execute(Sql.of("SELECT 'later'"));
    }
    awaitStatements(topology.query(Optional.of(initech), 1), "SELECT 'later'");
    assertThat(read(all))
        .extracting(entry -> entry.application().orElse(""))
        .doesNotContain("ppp " + topology.shard().database());
  }

  @Test
  void saysWhatToDoWhereTheFunctionsAreMissing() {
    try (Session session = topology.admin("ppp test")) {
      session.execute(Sql.of("DROP SCHEMA ppp CASCADE"));
    }
    PppException missing =
        catchThrowableOfType(PppException.class, () -> read(topology.query(Optional.empty(), 1)));
    assertThat(missing.diagnostics().get(0).code()).isEqualTo(Code.LOG_FUNCTIONS_MISSING);
    assertThat(missing.diagnostics().get(0).hint()).contains("ppp initialize");
  }

  @Test
  void saysWhatToDoWhereTheServerKeepsNoJsonLog() {
    LogSettings settings = new LogSettings("stderr", false, "none", "-1", "de_DE", "UTC", true);
    PppException refusal =
        catchThrowableOfType(PppException.class, () -> settings.requireReadable(topology.shard()));
    assertThat(refusal.diagnostics().get(0).summary())
        .contains("\"shard3\"", "log_destination = 'stderr'", "logging_collector = off");
    assertThat(refusal.diagnostics().get(0).hint()).contains("jsonlog", "restart");
    assertThat(settings.warnings(topology.shard()))
        .extracting(diagnostic -> diagnostic.code())
        .containsExactly(Code.LOG_INCOMPLETE, Code.LOG_NOT_ENGLISH);
    assertThat(
            new LogSettings("csvlog, jsonlog", true, "all", "-1", "C.UTF-8", "UTC", true)
                .warnings(topology.shard()))
        .isEmpty();
  }
}
