package org.partitionproxy.ledger;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.partitionproxy.db.Row;
import org.partitionproxy.db.Session;

/** The runs of commands, in the veneer's ledger. */
public final class RunLog {

  private final Session session;

  public RunLog(Session session) {
    this.session = session;
  }

  /** The server's own clock. */
  public Instant now() {
    return session
        .query("SELECT pg_catalog.clock_timestamp() AS now", row -> row.instant("now"))
        .get(0);
  }

  /** Returns the id of the run. */
  public long begin(Origin origin, Instant startedAt) {
    return session
        .query(
            """
            INSERT INTO ppp.run
              (command, operator, host, pid, version, configuration, started_at)
            VALUES (?, ?, ?, ?, ?, ?, ?::timestamptz) RETURNING id""",
            row -> row.number("id"),
            origin.command(),
            origin.operator(),
            origin.host(),
            origin.pid(),
            origin.version(),
            origin.configuration(),
            startedAt.toString())
        .get(0);
  }

  public void end(long id, String outcome, int changes) {
    session.update(
        """
        UPDATE ppp.run SET finished_at = pg_catalog.clock_timestamp(), outcome = ?, changes = ?
        WHERE id = ?""",
        outcome,
        changes,
        id);
  }

  /** The newest last. */
  public List<Run> newest(int limit) {
    return session.query(
        """
        SELECT * FROM (SELECT * FROM ppp.run ORDER BY id DESC LIMIT ?) AS newest
        ORDER BY id""",
        RunLog::run,
        limit);
  }

  /** The newest that has no end: the holder of the lock, while the lock is held. */
  public Optional<Run> unfinished() {
    return session.queryOne(
        "SELECT * FROM ppp.run WHERE finished_at IS NULL ORDER BY id DESC LIMIT 1", RunLog::run);
  }

  private static Run run(Row row) {
    return new Run(
        row.number("id"),
        new Origin(
            row.string("command"),
            row.string("operator"),
            row.string("host"),
            row.number("pid"),
            row.string("version"),
            row.string("configuration")),
        row.instant("started_at"),
        row.findInstant("finished_at"),
        row.findString("outcome"),
        row.findNumber("changes"));
  }
}
