package org.partitionproxy.check;

import java.util.ArrayList;
import java.util.List;
import org.partitionproxy.db.ServerError;

/** What a command without a plan does on foreign tables, by what it did on the empty copies. */
final class CommandRules {

  private final boolean mayMakeTemporaryTables;
  private final boolean shardReadsSettings;

  /**
   * @param mayMakeTemporaryTables whether the application's role may on the veneer
   */
  CommandRules(boolean mayMakeTemporaryTables, boolean shardReadsSettings) {
    this.mayMakeTemporaryTables = mayMakeTemporaryTables;
    this.shardReadsSettings = shardReadsSettings;
  }

  List<Finding> findings(EmptyCopies.Comparison comparison) {
    Attempt tables = comparison.onTables();
    Attempt foreign = comparison.onForeignTables();
    if (tables.sqlState().equals(Attempt.SYNTAX_ERROR)) {
      return List.of(RefusalRules.everywhere(tables.sqlState(), tables.message()));
    }
    if (!tables.succeeded()) {
      return List.of(untried(tables));
    }
    if (!foreign.succeeded()) {
      return List.of(
          Finding.fails(
              foreign.sqlState(), foreign.message(), insteadOf(comparison.tag(), foreign)));
    }
    return sideEffects(comparison.tag(), tables);
  }

  private static Finding untried(Attempt tables) {
    if (tables.isChangeOfRole()) {
      return Finding.unclear(tables.sqlState(), "changes of role are not tried", "");
    }
    String why =
        switch (tables.sqlState()) {
          case "25001" -> "it can't be tried in a transaction that is rolled back: ";
          case "42501" -> "the application's role may not: ";
          default -> "on an empty copy of the schema one PostgreSQL refuses it too: ";
        };
    return Finding.unclear(tables.sqlState(), why + tables.message(), "");
  }

  private static String insteadOf(String tag, Attempt foreign) {
    if (tag.startsWith("LOCK")) {
      return "SELECT … FOR UPDATE the rows, or an advisory lock that all take on the veneer";
    }
    if (tag.startsWith("COPY")) {
      return "COPY (SELECT …) TO works";
    }
    return foreign.sqlState().equals("42809") ? "do it on the shard, by a migration" : "";
  }

  private List<Finding> sideEffects(String tag, Attempt attempt) {
    List<Finding> findings = new ArrayList<>();
    if (tag.equals("NOTIFY") || tag.equals("LISTEN")) {
      findings.add(
          Finding.of(Verdict.DIFFERS, QueryRules.notifications(tag), QueryRules.listeners()));
    }
    if (attempt.temporary() && !mayMakeTemporaryTables) {
      findings.add(
          Finding.fails(
              "42501",
              "ppp lets no tenant make temporary objects, which could stand in for others'",
              "use WITH … AS, or a table of the tenant's own made by a migration"));
    }
    // PostgreSQL lists all settings that it knows, and so what it doesn't list is one of an
    // application's own.
    if (tag.equals("SET") && attempt.settings().isEmpty() && shardReadsSettings) {
      findings.add(QueryRules.setting("SET"));
    }
    if (attempt.settings().contains("lock_timeout")) {
      findings.add(
          Finding.of(
              Verdict.DIFFERS,
              "lock_timeout holds on the veneer only: rows are locked on the shard, where it"
                  + " doesn't count",
              "set statement_timeout, which ends the wait (57014)"));
    }
    return findings;
  }

  /** Of one that a transaction over foreign tables can't end with. */
  static Finding endsNoTransaction(ServerError error) {
    return Finding.fails(
        error.sqlState(),
        "a transaction that has used a table of the veneer can't be prepared: postgres_fdw has no"
            + " two-phase commit",
        "COMMIT, and keep what another system does apart (an outbox table), or connect to the"
            + " shard");
  }
}
