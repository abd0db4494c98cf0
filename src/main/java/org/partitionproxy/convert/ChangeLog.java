package org.partitionproxy.convert;

import com.google.errorprone.annotations.CompileTimeConstant;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Sql;

/** The log of a conversion's changes, applied to the tables that follow. */
final class ChangeLog {

  /** Changes that are applied while everybody waits: some milliseconds. */
  private static final long FEW = 100;

  private final Session session;
  private final long workflow;

  ChangeLog(Session session, long workflow) {
    this.session = session;
    this.workflow = workflow;
  }

  long pending() {
    return call("SELECT ppp.conversion_pending(?) AS n");
  }

  long apply() {
    long applied = inSnapshot("SELECT ppp.conversion_apply(?, false) AS n");
    if (applied > FEW) {
      // What was applied would be read over by each look for what was not.
      session
          .query(
              """
              SELECT format('VACUUM (TRUNCATE false) %I.%I',
                'ppp_convert_' || c.workflow, 'log_' || c.number) AS command
              FROM ppp.conversion AS c WHERE c.workflow = ? ORDER BY c.number""",
              row -> row.string("command"), workflow)
          .forEach(command -> session.execute(Sql.deparsed(command)));
    }
    return applied;
  }

  /** Applies until little is left, but no more often than that. */
  long applyUntilFew(int rounds) {
    long applied = 0;
    for (int i = 0; i < rounds && pending() > FEW; i++) {
      applied += apply();
    }
    return applied;
  }

  /** As {@link #apply}, and makes the foreign keys among the new tables. */
  long applyWithReferences() {
    return inSnapshot("SELECT ppp.conversion_references(?) AS n");
  }

  private long inSnapshot(@CompileTimeConstant final String sql) {
    return session.inTransaction(
        () -> {
          session.execute(Sql.of("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"));
          return call(sql);
        });
  }

  private long call(@CompileTimeConstant final String sql) {
    return session.query(sql, row -> row.number("n"), workflow).get(0);
  }
}
