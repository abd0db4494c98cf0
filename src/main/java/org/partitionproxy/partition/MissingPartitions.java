package org.partitionproxy.partition;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.ShortLock;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;

/** What one shard's tables lack of partitions, made by the functions there. */
public final class MissingPartitions {

  private static final String INCOMPLETE =
      """
      SELECT p.schema, p.name
      FROM unnest(?::text[], ?::text[]) AS p (schema, name)
      JOIN ppp.partition_policy AS known ON known.schema = p.schema AND known.name = p.name
      WHERE EXISTS (SELECT FROM ppp.missing_ranges(p.schema, p.name))
      ORDER BY p.schema, p.name""";

  /**
   * A transaction by itself, in one message. What it makes need not be on the disk at once: rows
   * that follow into it are later in the log, and what a crash takes the next run makes again.
   */
  private static final String TURN =
      """
      SELECT m.action, m.partition, m.lower, m.upper, m.rows, m.again
      FROM (SELECT pg_catalog.set_config('lock_timeout', '200ms', true),
        pg_catalog.set_config('synchronous_commit', 'off', true) OFFSET 0) AS s (wait, flush)
      CROSS JOIN LATERAL ppp.make_partitions(?, CASE WHEN s.wait <> s.flush THEN ? END) AS m""";

  private final Session session;
  private final ShortLock locks;

  public MissingPartitions(Session session) {
    this(session, ShortLock.DEFAULT);
  }

  MissingPartitions(Session session, ShortLock locks) {
    this.session = session;
    this.locks = locks;
  }

  /**
   * A range, as a turn left it.
   *
   * @param partition that was made for it
   * @param lower as the catalogs show it, in UTC
   * @param upper the same
   * @param rows of it that are in the default partition, and in its way
   */
  public record Range(
      Optional<String> partition, String lower, String upper, Optional<Long> rows) {}

  private record Step(String action, Range range, boolean again) {

    boolean is(String word) {
      return action.equals(word);
    }
  }

  /** Those of these tables, all with a policy that fits, which lack some. */
  public List<QualifiedName> incomplete(Collection<QualifiedName> tables) {
    return session.query(
        INCOMPLETE,
        row -> QualifiedName.of(row.string("schema"), row.string("name")),
        tables.stream().map(QualifiedName::schema).map(Identifier::value).toList(),
        tables.stream().map(QualifiedName::name).map(Identifier::value).toList());
  }

  /**
   * Makes them, until nothing is missing but ranges of which rows are in the default partition.
   * Each turn is a transaction: what is made stays, whatever follows.
   *
   * @param made is told of each at once
   * @return the ranges that are blocked
   * @throws SqlFailure if a turn fails, for want of a lock too
   */
  public List<Range> make(QualifiedName table, Consumer<Range> made) {
    while (true) {
      List<Step> steps = locks.again(attempt -> turn(table));
      steps.stream().filter(step -> step.is("made")).map(Step::range).forEach(made);
      if (steps.stream().noneMatch(Step::again)) {
        return steps.stream().filter(step -> step.is("blocked")).map(Step::range).toList();
      }
    }
  }

  private List<Step> turn(QualifiedName table) {
    return session.query(
        TURN,
        row ->
            new Step(
                row.string("action"),
                new Range(
                    row.findString("partition"),
                    row.string("lower"),
                    row.string("upper"),
                    row.findNumber("rows")),
                row.bool("again")),
        table.schema().value(),
        table.name().value());
  }
}
