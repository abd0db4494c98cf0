package org.partitionproxy.catalog;

import java.util.Set;
import java.util.function.Supplier;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;

/**
 * Reads catalogs while others change them. A query sees the catalogs at one moment, but some of
 * PostgreSQL's functions in it look once more: for a table that was renamed meanwhile they fail.
 */
public final class Rereading {

  private static final int TRIES = 5;

  /** What was there is gone: a table, a column, an object, or what a function expected to find. */
  private static final Set<String> GONE = Set.of("42P01", "42703", "42704", "XX000");

  private Rereading() {}

  /** Whether something failed because what was there when it was read is gone. */
  public static boolean isGone(SqlFailure failure) {
    return GONE.contains(failure.sqlState());
  }

  /**
   * Does it again where something went away meanwhile. Not within a transaction, which such a
   * failure ends.
   */
  public static <T> T read(Session session, Supplier<T> reading) {
    for (int attempt = 1; ; attempt++) {
      boolean last =
          attempt == TRIES || session.transactionState() != Session.TransactionState.NONE;
      try {
        return reading.get();
      } catch (SqlFailure e) {
        if (last || !isGone(e)) {
          throw e;
        }
      }
    }
  }
}
