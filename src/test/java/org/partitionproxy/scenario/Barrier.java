package org.partitionproxy.scenario;

import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * Lets nobody write to a relation, so that ppp comes to a stand at a chosen place: at {@code
 * pg_authid} before it makes a role, at {@code pg_namespace} before a schema.
 */
final class Barrier implements AutoCloseable {

  private final Client holder;
  private final String relation;

  Barrier(Client holder, String relation) throws SQLException {
    this.holder = holder;
    this.relation = relation;
    holder.execute("BEGIN");
    holder.execute("LOCK TABLE " + relation + " IN SHARE MODE");
  }

  /** Until as many wait, or more: they may come at once. */
  void awaitWaiting(int sessions) {
    await(relation).atMost(Duration.ofMinutes(1)).until(() -> sessions().size() >= sessions);
  }

  /** Until somebody waits that did not before. */
  void awaitAnotherThan(List<String> sessions) {
    await(relation).atMost(Duration.ofMinutes(1)).until(() -> !sessions.containsAll(sessions()));
  }

  /** The processes of the sessions that wait; autovacuum may wait too, and is none. */
  List<String> sessions() throws SQLException {
    // Within one transaction pg_stat_activity stays as it was first seen.
    holder.execute("SELECT pg_stat_clear_snapshot()");
    return holder.rows(
        "SELECT DISTINCT pid FROM pg_locks WHERE NOT granted AND relation = '"
            + relation
            + "'::regclass AND database IN (0,"
            + " (SELECT oid FROM pg_database WHERE datname = current_database()))"
            + " AND pid IN (SELECT pid FROM pg_stat_activity"
            + " WHERE backend_type = 'client backend')");
  }

  @Override
  public void close() throws SQLException {
    holder.close();
  }
}
