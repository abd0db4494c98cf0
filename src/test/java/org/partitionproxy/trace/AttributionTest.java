package org.partitionproxy.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.partitionproxy.inspect.LogEntries;
import org.partitionproxy.inspect.LogEntry;
import org.partitionproxy.inspect.SqlWords;

/** Times are milliseconds of one second. */
class AttributionTest {

  private static final Instant BEGIN = Instant.parse("2026-11-20T10:43:10Z");
  private static final LogEntry LINE = LogEntries.statement("app", "shop", "SELECT 1");

  /** Of all statements; 0 where each has its own. */
  private int transaction;

  private final List<Told> told = new ArrayList<>();
  private final List<Asked> asked = new ArrayList<>();

  @Test
  void tiesWhatWasAskedWhileAStatementRan() {
    told("INSERT INTO acme.items VALUES ($1)", 10, 12);
    told("INSERT INTO bolt.items VALUES ($1)", 13, 16);
    asked("INSERT INTO bolt.items(id) VALUES ($1)", 14, 15);

    assertThat(attribution()).containsExactly(1);
  }

  /** Between its end and its line others had the processor: the line's time is late. */
  @Test
  void tiesWhatSeemsToPrecedeTheStatementWhoseLineWasHeldUp() {
    told("INSERT INTO acme.items VALUES ($1)", 10, 12);
    // Ran from 13 to 15.
    told("INSERT INTO bolt.items VALUES ($1)", 18, 20);
    asked("INSERT INTO bolt.items(id) VALUES ($1)", 13, 14);

    assertThat(attribution()).containsExactly(1);
  }

  @Test
  void tiesNothingToAStatementThatWasTooShortForIt() {
    told("SELECT 1", 10, 11);
    told("SELECT note FROM bolt.items", 50, 52);
    asked("SELECT note FROM bolt.items", 20, 30);
    asked("SELECT note FROM bolt.items", 50, 51);

    assertThat(attribution()).containsExactly(Attribution.UNKNOWN, 1);
  }

  @Test
  void tiesNothingToAStatementOfMuchLater() {
    told("SELECT 1", 10, 11);
    told("SELECT note FROM bolt.items", 3000, 3010);
    asked("SELECT note FROM bolt.items", 20, 21);
    asked("SELECT note FROM bolt.items", 3001, 3002);

    assertThat(attribution()).containsExactly(Attribution.UNKNOWN, 1);
  }

  /** All within a millisecond or two, as timestamps go. */
  @Test
  void takesNoSavepointOfPostgresFdwForTheUsers() {
    transaction = 1;
    told("INSERT INTO acme.items VALUES ($1, 'x') $1 = '18'", 9, 10);
    told("ROLLBACK TO SAVEPOINT jdbc_savepoint_66", 10, 10);
    told("INSERT INTO bolt.items VALUES ($1, 'x') $1 = '19'", 10, 11);
    told("COMMIT", 11, 12);
    asked("INSERT INTO bolt.items(id, note) VALUES ($1, $2) $1 = '19', $2 = 'x'", 11, 11);
    asked("RELEASE SAVEPOINT s4", 11, 11);
    asked("RELEASE SAVEPOINT s3", 11, 11);
    asked("RELEASE SAVEPOINT s2", 11, 11);

    assertThat(attribution()).containsExactly(2, 3, 3, 3);
  }

  @Test
  void leavesForLaterWhatNoStatementTellsOfYet() {
    told("SELECT note FROM bolt.items", 510, 512);
    asked("SELECT note FROM acme.items", 5, 6);
    asked("SELECT note FROM bolt.items", 510, 511);
    asked("SELECT note FROM acme.items", 520, 521);

    assertThat(attribution()).containsExactly(Attribution.UNKNOWN, 0, Attribution.LATER);
  }

  private int[] attribution() {
    return Attribution.of(told, asked, Duration.ZERO, transaction == 0 ? -1 : transaction);
  }

  private void told(String sql, int begin, int end) {
    int number = told.size();
    Duration duration = Duration.ofMillis(end - begin);
    told.add(
        new Told(
            number,
            transaction == 0 ? number : transaction,
            transaction == 0,
            number == 0 ? Instant.MIN : told.get(number - 1).end(),
            at(begin),
            at(end),
            duration,
            duration,
            OptionalLong.empty(),
            Optional.empty(),
            SqlWords.of(sql),
            LINE));
  }

  private void asked(String sql, int begin, int end) {
    asked.add(
        Asked.of(
            transaction == 0
                ? List.of(step("START TRANSACTION ISOLATION LEVEL REPEATABLE READ", begin, begin))
                : List.of(),
            step(sql, begin, end)));
  }

  private static Step step(String sql, int begin, int end) {
    LogEntry line = LogEntries.statement("app", "shop", sql);
    return Step.of(line, at(end), Duration.ofMillis(end - begin), OptionalLong.empty());
  }

  private static Instant at(int millis) {
    return BEGIN.plusMillis(millis);
  }
}
