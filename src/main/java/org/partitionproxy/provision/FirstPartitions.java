package org.partitionproxy.provision;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.partitionproxy.db.Pause;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;

/**
 * Makes what is missing of partitions, on one shard, by the functions there: a table with a new
 * policy takes rows from now on.
 */
final class FirstPartitions {

  private static final String MISSING =
      """
      SELECT p.schema, p.name
      FROM unnest(?::text[], ?::text[]) AS p (schema, name)
      JOIN ppp.partition_policy AS known ON known.schema = p.schema AND known.name = p.name
      WHERE EXISTS (SELECT FROM ppp.missing_ranges(p.schema, p.name))
      ORDER BY p.schema, p.name""";

  private static final String TURN =
      """
      SELECT m.action, m.lower, m.upper, m.rows
      FROM ppp.make_partitions(?, ?) AS m""";

  /** Who waits for the table's locks waits for this at most. */
  private static final Sql LOCK_TIMEOUT = Sql.of("SET LOCAL lock_timeout = '1s'");

  private static final String LOCK_NOT_AVAILABLE = "55P03";
  private static final int TRIES = 5;
  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final String MADE = "made";
  private static final String BLOCKED = "blocked";

  private final Session session;

  FirstPartitions(Session session) {
    this.session = session;
  }

  /**
   * What came of one table.
   *
   * @param made how many partitions
   * @param blocked ranges of which the default partition has rows
   */
  record Made(int made, List<Blocked> blocked) {}

  /**
   * @param lower as the catalogs show it, in UTC
   * @param upper the same
   */
  record Blocked(String lower, String upper, long rows) {}

  private record Step(String action, Blocked range) {}

  /** The tables of which partitions are missing, of these, all with a policy that fits. */
  List<QualifiedName> missing(Collection<QualifiedName> tables) {
    return session.query(
        MISSING,
        row -> QualifiedName.of(row.string("schema"), row.string("name")),
        tables.stream().map(QualifiedName::schema).map(Identifier::value).toList(),
        tables.stream().map(QualifiedName::name).map(Identifier::value).toList());
  }

  /**
   * Each turn is a transaction: what is made stays, whatever follows.
   *
   * @throws SqlFailure if a turn fails, for want of a lock too
   */
  Made make(QualifiedName table) {
    int made = 0;
    List<Step> steps;
    do {
      steps = patientTurn(table);
      made += (int) steps.stream().filter(step -> step.action().equals(MADE)).count();
    } while (steps.stream().anyMatch(step -> !step.action().equals(BLOCKED)));
    return new Made(made, steps.stream().map(Step::range).toList());
  }

  /** Between tries, those who waited behind this one have their turn. */
  private List<Step> patientTurn(QualifiedName table) {
    for (int tries = 1; ; tries++) {
      try {
        return session.inTransaction(() -> turn(table));
      } catch (SqlFailure e) {
        if (!e.sqlState().equals(LOCK_NOT_AVAILABLE) || tries == TRIES || !Pause.of(PAUSE)) {
          throw e;
        }
      }
    }
  }

  private List<Step> turn(QualifiedName table) {
    session.execute(LOCK_TIMEOUT);
    return session.query(
        TURN,
        row ->
            new Step(
                row.string("action"),
                new Blocked(
                    row.string("lower"), row.string("upper"), row.findNumber("rows").orElse(0L))),
        table.schema().value(),
        table.name().value());
  }
}
