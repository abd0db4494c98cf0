package org.partitionproxy.scenario;

import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.time.Duration;

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

  void awaitWaiting(int sessions) {
    await(relation)
        .atMost(Duration.ofMinutes(1))
        .until(() -> waiting().equals(Integer.toString(sessions)));
  }

  private String waiting() throws SQLException {
    return holder.value(
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = '"
            + relation
            + "'::regclass AND database IN (0,"
            + " (SELECT oid FROM pg_database WHERE datname = current_database()))");
  }

  @Override
  public void close() throws SQLException {
    holder.close();
  }
}
