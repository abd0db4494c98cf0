package org.partitionproxy.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.partitionproxy.inspect.LogEntry;
import org.partitionproxy.testing.SampleTrace;
import org.partitionproxy.topology.ServerName;

/** What is tied to statements by time, as no name ties it. */
class GuessedTracesTest {

  private static final Instant BEGIN = Instant.parse("2026-11-20T10:00:00Z");
  private static final ServerName SHARD = new ServerName("shard1");
  private static final String BLUTH = "bluth_co_app";
  private static final String INITECH = "initech_app";
  private static final String OPENING = "START TRANSACTION ISOLATION LEVEL REPEATABLE READ";

  private final Weaver weaver = new Weaver(SampleTrace.topology(), ServerName.VENEER);
  private final Map<String, Integer> transactions = new HashMap<>();

  private String application = "x";

  GuessedTracesTest() {
    weaver.guess(SHARD);
  }

  @Test
  void tiesWhatTwoSessionsAskAtOnceByTheirTimes() {
    told("a.1", BLUTH, 100, 40, "SELECT title FROM books WHERE id = 7");
    told("b.1", BLUTH, 200, 40, "SELECT title FROM books WHERE id = 7");
    read("1.1", BLUTH, 62, "SELECT title FROM bluth_co.books WHERE ((id = 7))");
    read("2.2", BLUTH, 162, "SELECT title FROM bluth_co.books WHERE ((id = 7))");
    List<Trace> traces = weaver.end();
    assertThat(traces).extracting(Trace::exact).containsExactly(false, false);
    assertThat(asked(traces, 0)).containsExactly("1.1");
    assertThat(asked(traces, 1)).containsExactly("2.2");
    assertThat(traces.get(0).asked().get(0).fetches()).isEqualTo(1);
  }

  @Test
  void decidesBetweenTwoThatBothHoldItByNamesAndConstants() {
    told("a.1", BLUTH, 100, 40, "SELECT title FROM books WHERE id = 7");
    told("b.1", BLUTH, 100, 40, "SELECT name FROM authors WHERE id = 8");
    read("2.2", BLUTH, 70, "SELECT name FROM bluth_co.authors WHERE ((id = 8))");
    read("1.1", BLUTH, 71, "SELECT title FROM bluth_co.books WHERE ((id = 7))");
    List<Trace> traces = weaver.end();
    assertThat(asked(traces, 0)).containsExactly("1.1");
    assertThat(asked(traces, 1)).containsExactly("2.2");
  }

  @Test
  void decidesAgainWhatWasAmbiguous() {
    String sql = "SELECT title FROM books WHERE id = 7";
    String forwarded = "SELECT title FROM bluth_co.books WHERE ((id = 7))";
    told("a.1", BLUTH, 100, 40, sql);
    told("b.1", BLUTH, 100, 40, sql);
    read("1.1", BLUTH, 70, forwarded);
    read("2.2", BLUTH, 70, forwarded);
    List<Trace> traces = weaver.until(BEGIN.plusMillis(500));
    assertThat(traces).allSatisfy(trace -> assertThat(trace.asked()).hasSize(1));
    // Each alone: whatever was taken for whose, nothing of it is lost.
    told("a.1", BLUTH, 1100, 40, sql);
    read("2.2", BLUTH, 1070, forwarded);
    told("b.1", BLUTH, 2100, 40, sql);
    read("1.1", BLUTH, 2070, forwarded);
    assertThat(asked(weaver.until(BEGIN.plusMillis(1500)), 0)).containsExactly("2.2");
    assertThat(asked(weaver.until(BEGIN.plusMillis(2500)), 0)).containsExactly("1.1");
  }

  @Test
  void keepsTheOnlyOneThatFits() {
    String forwarded = "SELECT title FROM bluth_co.books";
    told("a.1", BLUTH, 100, 40, "SELECT title FROM books");
    read("1.1", BLUTH, 70, forwarded);
    assertThat(asked(weaver.until(BEGIN.plusMillis(500)), 0)).containsExactly("1.1");
    // The other one looks more like it.
    told("a.1", BLUTH, 1100, 40, "SELECT * FROM titles_view");
    told("b.1", BLUTH, 1101, 40, "SELECT title FROM books");
    read("1.1", BLUTH, 1075, forwarded);
    List<Trace> traces = weaver.end();
    assertThat(asked(traces, 0)).containsExactly("1.1");
    assertThat(asked(traces, 1)).isEmpty();
    assertThat(traces.get(1).exact()).isTrue();
  }

  @Test
  void freesASessionThatAsksWhatItsOwnerWasNotTold() {
    String forwarded = "SELECT title FROM bluth_co.books";
    told("a.1", BLUTH, 100, 40, "SELECT 1");
    read("1.1", BLUTH, 70, forwarded);
    weaver.until(BEGIN.plusMillis(500));
    told("b.1", BLUTH, 1100, 40, "SELECT title FROM books");
    told("a.1", BLUTH, 3300, 40, "SELECT 1");
    read("1.1", BLUTH, 1070, forwarded);
    List<Trace> traces = weaver.end();
    assertThat(asked(traces, 0)).containsExactly("1.1");
    assertThat(asked(traces, 1)).isEmpty();
  }

  @Test
  void passesOverDirectClientsOfATenant() {
    told("a.1", BLUTH, 1000, 990, "SELECT title FROM books");
    shard("3.3", BLUTH, 100, OPENING);
    shard("3.3", BLUTH, 110, "SELECT title FROM bluth_co.books");
    shard("3.3", BLUTH, 120, "COMMIT TRANSACTION");
    shard("4.4", BLUTH, 200, OPENING + ";");
    shard("4.4", BLUTH, 210, "UPDATE bluth_co.books SET title = 'x'");
    shard("4.4", BLUTH, 220, "COMMIT");
    shard("5.5", BLUTH, 300, OPENING);
    shard("5.5", BLUTH, 310, "UPDATE bluth_co.books SET title = 'y'");
    shard("5.5", BLUTH, 320, "COMMIT");
    shard("6.6", BLUTH, 400, "BEGIN ISOLATION LEVEL REPEATABLE READ");
    shard("6.6", BLUTH, 410, "DECLARE c1 CURSOR FOR SELECT 1");
    application = "ppp status";
    read("7.7", BLUTH, 500, "SELECT title FROM bluth_co.books");
    List<Trace> traces = weaver.end();
    assertThat(traces).hasSize(1);
    assertThat(traces.get(0).forwarded()).isEmpty();
    assertThat(traces.get(0).exact()).isTrue();
  }

  @Test
  void remembersThatASessionIsADirectClients() {
    shard("1.1", BLUTH, 10, "SELECT title FROM bluth_co.books");
    weaver.until(BEGIN.plusMillis(50));
    told("a.1", BLUTH, 100, 40, "SELECT title FROM books");
    read("1.1", BLUTH, 70, "SELECT title FROM bluth_co.books");
    assertThat(weaver.end().get(0).forwarded()).isEmpty();
  }

  @Test
  void showsNothingOfATenantUnderAnothersStatement() {
    told("a.1", BLUTH, 100, 40, "SELECT title FROM books");
    application = "postgres_fdw";
    read("1.1", INITECH, 70, "SELECT title FROM bluth_co.books");
    List<Trace> traces = weaver.end();
    assertThat(traces).hasSize(1);
    assertThat(traces.get(0).forwarded()).isEmpty();
  }

  @Test
  void leavesAloneWhatHasItsNameAndServersWhoseNamesAreRight() {
    told("a.1", BLUTH, 100, 40, "SELECT title FROM books");
    application = "ppp:a.1";
    read("1.1", BLUTH, 70, "SELECT title FROM bluth_co.books");
    application = "x";
    read("2.2", BLUTH, 71, "SELECT title FROM bluth_co.books");
    weaver.onShard(
        new ServerName("shard2"), line("3.3", BLUTH, 72, 1, "UPDATE bluth_co.books SET id = 1"));
    List<Trace> traces = weaver.end();
    assertThat(asked(traces, 0)).containsExactly("1.1");
    assertThat(traces.get(0).exact()).isTrue();
  }

  @Test
  void tiesWhatManySessionsAskAtOnce() {
    Random random = new Random(20261120);
    List<Runnable> lines = new ArrayList<>();
    List<Long> ends = new ArrayList<>();
    for (int session = 0; session < 8; session++) {
      long end = 0;
      for (int i = 0; i < 60; i++) {
        long took = 14L + random.nextInt(30);
        end += took + random.nextInt(10);
        String at = session + ".1";
        String by = session + ".2";
        String where = " WHERE id = " + (session * 1000 + i);
        long last = end;
        long begin = last - took + 1 + random.nextInt((int) took - 12);
        ends.add(end);
        lines.add(
            () -> {
              read(by, BLUTH, begin, "SELECT title FROM bluth_co.books" + where);
              told(at, BLUTH, last, took, "SELECT title FROM books" + where);
            });
      }
    }
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      order.add(i);
    }
    order.sort(Comparator.comparing(ends::get));
    List<Trace> traces = new ArrayList<>();
    for (int i : order) {
      // Of some session a line may come that is later than another's.
      traces.addAll(weaver.until(BEGIN.plusMillis(ends.get(i) - 50)));
      lines.get(i).run();
    }
    traces.addAll(weaver.end());
    assertThat(traces).hasSize(480);
    for (Trace trace : traces) {
      assertThat(trace.asked()).as(trace.statement()).hasSize(1);
      String number = trace.statement().replaceAll(".*= ", "");
      assertThat(trace.asked().get(0).statement()).endsWith("= " + number);
    }
  }

  @Test
  void tiesAWriteWithItsTransaction() {
    told("a.1", BLUTH, 100, 40, "UPDATE books SET title = 'new'");
    shard("1.1", BLUTH, 70, OPENING);
    shard("1.1", BLUTH, 80, "UPDATE bluth_co.books SET title = 'new'");
    shard("1.1", BLUTH, 90, "COMMIT TRANSACTION");
    List<Trace> traces = weaver.end();
    assertThat(traces.get(0).forwarded())
        .extracting(Forwarded::statement)
        .containsExactly(OPENING, "UPDATE bluth_co.books SET title = 'new'", "COMMIT TRANSACTION");
  }

  @Test
  void keepsWhatWasFetchedThoughClocksAreComparedAgainMeanwhile() {
    application = "ppp:a.1";
    weaver.clock(SHARD, Duration.ofNanos(-95_000), Duration.ofNanos(240_000));
    for (int end : List.of(108, 120)) {
      told("a.1", BLUTH, end, 8, "SELECT title FROM books WHERE id = " + end);
      shard("1.1", BLUTH, end - 4, OPENING);
      shard("1.1", BLUTH, end - 2, "DECLARE c1 CURSOR FOR\nSELECT title FROM b WHERE id = " + end);
      shard("1.1", BLUTH, end, "FETCH 100 FROM c1");
      shard("1.1", BLUTH, end, "CLOSE c1");
      shard("1.1", BLUTH, end, "COMMIT TRANSACTION");
    }
    weaver.clock(SHARD, Duration.ofNanos(-15_000), Duration.ofNanos(60_000));
    assertThat(weaver.end())
        .hasSize(2)
        .allSatisfy(
            trace -> {
              assertThat(trace.asked()).extracting(Forwarded::fetches).containsExactly(1);
              assertThat(trace.exact()).isTrue();
            });
  }

  private static List<String> asked(List<Trace> traces, int index) {
    return traces.get(index).asked().stream().map(Forwarded::session).toList();
  }

  /** A read by postgres_fdw that takes 10 ms in all. */
  private void read(String session, String user, long begin, String sql) {
    shard(session, user, begin + 2, OPENING);
    shard(session, user, begin + 4, "DECLARE c1 CURSOR FOR\n" + sql);
    shard(session, user, begin + 6, "FETCH 100 FROM c1");
    shard(session, user, begin + 8, "CLOSE c1");
    shard(session, user, begin + 10, "COMMIT TRANSACTION");
  }

  private void shard(String session, String user, long end, String sql) {
    weaver.onShard(SHARD, line(session, user, end, 1, sql));
  }

  private void told(String session, String user, long end, long took, String sql) {
    String before = application;
    application = "shop";
    weaver.onVeneer(line(session, user, end, took, sql));
    application = before;
  }

  /**
   * @param end in ms after the beginning
   * @param took in ms
   */
  private LogEntry line(String session, String user, long end, long took, String sql) {
    int transaction = transactions.merge(session, 1, Integer::sum);
    return new LogEntry(
        BEGIN.plus(Duration.ofMillis(end)),
        session,
        1,
        transaction,
        Optional.of(user),
        Optional.of("bookstore"),
        Optional.of(application),
        Optional.empty(),
        LogEntry.Kind.STATEMENT,
        "LOG",
        Optional.empty(),
        sql,
        Optional.empty(),
        Optional.empty(),
        Optional.of(sql),
        Optional.empty(),
        Optional.of(BigDecimal.valueOf(took)),
        Optional.empty(),
        Optional.empty(),
        "SELECT",
        "3/" + transaction);
  }
}
