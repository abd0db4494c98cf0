package org.partitionproxy.demo;

import java.util.Optional;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;

/**
 * Whether an operation's guid is taken once only.
 *
 * @param guid of an operation of now, which is there
 * @param partition where that is
 * @param again what PostgreSQL says of the same guid in the same partition; empty if it took it
 * @param elsewhere and in the one of three days ago
 */
public record GuidTrial(
    String guid, String partition, Optional<String> again, Optional<String> elsewhere) {

  private static final String UNIQUE_VIOLATION = "23505";

  private record Made(String guid, String partition) {}

  /** As a tenant. */
  public static GuidTrial run(Session session, QualifiedName table) {
    Made made =
        session
            .query(
                Sql.of(
                    """
                    INSERT INTO {} (client, operation_type, amount) VALUES (1, 'online', 10)
                    RETURNING operation_guid::text AS guid, tableoid::regclass::text AS partition""",
                    table),
                row -> new Made(row.string("guid"), row.string("partition")))
            .get(0);
    return new GuidTrial(
        made.guid(),
        made.partition(),
        refusal(session, table, made.guid(), 0),
        refusal(session, table, made.guid(), 3));
  }

  private static Optional<String> refusal(
      Session session, QualifiedName table, String guid, int daysAgo) {
    try {
      session.query(
          Sql.of(
              """
              INSERT INTO {} (operation_guid, created_at, client, operation_type, amount)
              VALUES (?::uuid, now() - ? * interval '1 day', 1, 'online', 10)
              RETURNING id""",
              table),
          row -> row.number("id"),
          guid,
          daysAgo);
      return Optional.empty();
    } catch (SqlFailure e) {
      if (!e.sqlState().equals(UNIQUE_VIOLATION)) {
        throw e;
      }
      return Optional.of(e.diagnostics().get(0).summary());
    }
  }

  public boolean isKept() {
    return again.isPresent() && elsewhere.isPresent();
  }
}
