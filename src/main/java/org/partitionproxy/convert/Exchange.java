package org.partitionproxy.convert;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.partitionproxy.db.Session;
import org.partitionproxy.plan.ShardTriggerChanges;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.state.ShardTrigger;

/**
 * The moment in which the new tables take the place of the old ones, or the old ones take it back,
 * and what comes right after.
 */
final class Exchange {

  /** More are left to the next try, after they were applied without a lock. */
  private static final long MOST = 400;

  private static final int MOVED_AT_ONCE = 200;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(10);

  private static final String OLDER =
      """
      SELECT count(*) AS n FROM pg_catalog.pg_stat_activity AS a
      WHERE a.datname = pg_catalog.current_database() AND a.backend_type = 'client backend'
        AND a.pid <> pg_catalog.pg_backend_pid() AND a.backend_xmin IS NOT NULL
        AND pg_catalog.age(a.backend_xmin) > pg_catalog.age(?::text::xid)""";

  private final Session session;
  private final long id;
  private final ConversionRequest request;
  private final ConversionListener listener;
  private final ChangeLog log;

  Exchange(Session session, long id, ConversionRequest request, ConversionListener listener) {
    this.session = session;
    this.id = id;
    this.request = request;
    this.listener = listener;
    this.log = new ChangeLog(session, id);
  }

  static boolean isDone(Session session, long id) {
    return session
        .query("SELECT ppp.conversion_exchanged(?) AS done", row -> row.bool("done"), id)
        .get(0);
  }

  /** From here on the old tables follow the new ones. */
  String forth() {
    if (isDone(session, id)) {
      return "done before ppp was stopped";
    }
    listener.begins("exchanging", "tables", 1);
    session.query(
        "SELECT ppp.conversion_capture(?, true) IS NULL AS done", row -> row.bool("done"), id);
    return swap(false, () -> session.execute(guards()));
  }

  /**
   * @param also what is done in the same transaction
   */
  void back(Runnable also) {
    listener.begins("exchanging", "tables", 1);
    swap(true, also);
  }

  private String swap(boolean back, Runnable also) {
    move();
    log.apply();
    awaitOldSnapshots();
    AtomicLong applied = new AtomicLong();
    Duration locked =
        locked(
            this::catchUp,
            () -> {
              applied.set(
                  session
                      .query(
                          "SELECT ppp.conversion_swap(?, ?, ?) AS n",
                          row -> row.number("n"),
                          id,
                          MOST,
                          back)
                      .get(0));
              also.run();
            });
    return "with the last " + applied + " changes, in " + locked.toMillis() + " ms";
  }

  /** The old table becomes a partition of the new one. */
  String attach() {
    listener.begins("exchanging", "tables", 1);
    move();
    Duration locked =
        locked(
            () -> {},
            () -> {
              session.query("SELECT ppp.conversion_attach(?) AS n", row -> row.number("n"), id);
              session.execute(guards());
            });
    return "in " + locked.toMillis() + " ms";
  }

  /** Returns how long the transaction took that had the tables for itself. */
  private Duration locked(Runnable before, Runnable names) {
    return new Moment(session, id, request.maxWait())
        .take(
            before,
            () -> {
              DependentViews views = DependentViews.over(session, request);
              long begin = System.nanoTime();
              views.makeWay(session);
              names.run();
              views.putBack(session);
              return Duration.ofNanos(System.nanoTime() - begin);
            });
  }

  /**
   * What the veneer sends row by row must not meet rows of other partitions from the first moment
   * on; the rest of what the mirror needs can wait for the next {@code ppp initialize}.
   */
  private List<Sql> guards() {
    SortedMap<ShardTrigger, Optional<Identifier>> guards = new TreeMap<>();
    for (Identifier table : request.tables()) {
      guards.put(ShardTrigger.guard(new QualifiedName(request.schema(), table)), Optional.empty());
    }
    return ShardTriggerChanges.diff(List.of(), guards).stream()
        .flatMap(change -> change.statements().stream())
        .toList();
  }

  private void catchUp() {
    log.applyUntilFew(10);
    move();
  }

  /** A few at a time, for the server's lock table. */
  private void move() {
    long moved;
    do {
      moved =
          session
              .query(
                  "SELECT ppp.conversion_move(?, ?) AS n",
                  row -> row.number("n"),
                  id,
                  MOVED_AT_ONCE)
              .get(0);
    } while (moved > 0);
  }

  private void awaitOldSnapshots() {
    String now =
        session
            .query(
                "SELECT pg_catalog.pg_current_xact_id()::xid::text AS now",
                row -> row.string("now"))
            .get(0);
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (session.query(OLDER, row -> row.number("n"), now).get(0) > 0) {
      if (System.nanoTime() - end > 0) {
        listener.says(
            "note: a transaction is open that is older than the copy; in REPEATABLE READ it would"
                + " not see the rows of the new tables");
        return;
      }
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
    }
  }

  /** Each is a statement of its own, so that one that was validated stays so. */
  String foreignKeys() {
    List<Command> commands =
        session.query(
            """
            SELECT c.number, c.command FROM ppp.conversion_command AS c
            WHERE c.workflow = ? AND c.turn = 'later' AND NOT c.done ORDER BY c.number""",
            row -> new Command(row.integer("number"), row.string("command")),
            id);
    listener.begins("validating", "foreign keys", commands.size());
    for (Command command : commands) {
      session.inTransaction(
          () -> {
            session.execute(Sql.deparsed(command.text()));
            session.update(
                "UPDATE ppp.conversion_command SET done = true WHERE workflow = ? AND number = ?",
                id,
                command.number());
          });
      listener.advances(1);
    }
    return commands.isEmpty() ? "none" : "validated";
  }

  private record Command(int number, String text) {}
}
