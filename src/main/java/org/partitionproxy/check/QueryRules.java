package org.partitionproxy.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What a statement that the veneer takes does otherwise there, by what it means. */
final class QueryRules {

  static final String TAKE_IDS_FROM_RETURNING =
      "leave the number out of the INSERT and take it from RETURNING (in Hibernate,"
          + " GenerationType.IDENTITY instead of SEQUENCE or AUTO)";

  static final String SETTING_ADVICE =
      "pass the value in a column, or connect to the shard directly for what depends on it";

  private static final int CTID = -1;
  private static final int TABLE = -6;

  private final KnownFunctions functions;
  private final boolean shardReadsSettings;

  /**
   * @param shardReadsSettings whether policies or triggers of the tenant's tables read settings of
   *     the session
   */
  QueryRules(KnownFunctions functions, boolean shardReadsSettings) {
    this.functions = functions;
    this.shardReadsSettings = shardReadsSettings;
  }

  List<Finding> findings(Query query) {
    List<Finding> findings = new ArrayList<>();
    query.locks().stream().distinct().forEach(lock -> addLock(lock, findings));
    functions.in(query).forEach(use -> addFunction(use, findings));
    addSystemColumns(query.systemColumns(), findings);
    return findings;
  }

  private static void addLock(Query.RowLock lock, List<Finding> findings) {
    switch (lock.waiting()) {
      case SKIPS ->
          findings.add(
              Finding.of(
                  Verdict.BLOCKS,
                  "SKIP LOCKED is not sent to the shard: the statement waits for rows that others"
                      + " have locked, so that workers of a queue run one after the other",
                  "let such workers connect to the shard; or claim a row by UPDATE … WHERE id = …"
                      + " AND state = 'new', and take another one if that changes nothing or fails"
                      + " with 40001"));
      case FAILS ->
          findings.add(
              Finding.of(
                  Verdict.BLOCKS,
                  "NOWAIT is not sent to the shard: the statement waits for rows that others have"
                      + " locked, and gives no 55P03",
                  "set statement_timeout, which ends the wait (57014)"));
      case WAITS -> {
        // As on one PostgreSQL.
      }
    }
    if (lock.strength() == Query.Strength.NO_KEY_UPDATE
        || lock.strength() == Query.Strength.KEY_SHARE) {
      String sent = lock.strength() == Query.Strength.KEY_SHARE ? "SHARE" : "UPDATE";
      findings.add(
          Finding.of(
              Verdict.DIFFERS,
              "FOR "
                  + lock.strength()
                  + " is sent to the shard as FOR "
                  + sent
                  + ", which more others have to wait for, such as inserts that refer to the row",
              "keep such transactions short"));
    }
  }

  private void addFunction(KnownFunctions.Use use, List<Finding> findings) {
    String name = use.name();
    switch (use.kind()) {
      case SEQUENCE -> {
        // With a constant, the sequence was found: somebody's own on the veneer.
        if (!use.onConstant()) {
          findings.add(
              Finding.fails(
                  "42P01",
                  name + " finds no sequence: those of the shard are not on the veneer",
                  TAKE_IDS_FROM_RETURNING));
        }
      }
      case LAST_VALUE ->
          findings.add(
              Finding.fails(
                  "55000",
                  "lastval knows only sequences of the veneer; numbers come from the shard's",
                  TAKE_IDS_FROM_RETURNING));
      case ADVISORY_LOCK ->
          differs(
              findings,
              name + " locks on the veneer: nobody who is connected to the shard meets that lock",
              "let all who share such a lock use it on the veneer");
      case NOTIFICATION -> differs(findings, notifications(name), listeners());
      case SETTING -> {
        if (shardReadsSettings) {
          findings.add(setting(name));
        }
      }
      case TRANSACTION ->
          differs(
              findings,
              name + " tells of the veneer, not of the shard that has the rows",
              "use a column of the table, such as a number or a time of its last change");
      case SIZE ->
          differs(
              findings,
              name + " is 0 for tables of the veneer, whose rows are on the shard",
              "ask the shard, or `ppp status`");
    }
  }

  static Finding setting(String what) {
    return Finding.of(
        Verdict.DIFFERS,
        what
            + " sets it on the veneer only: the shard, whose policies or triggers read settings,"
            + " doesn't get it",
        SETTING_ADVICE);
  }

  static String notifications(String what) {
    return what + " is the veneer's own: a listener on the shard hears nothing, nor the reverse";
  }

  static String listeners() {
    return "let all who notify and listen do so on the veneer";
  }

  private static void differs(List<Finding> findings, String why, String instead) {
    findings.add(Finding.of(Verdict.DIFFERS, why, instead));
  }

  private static void addSystemColumns(Set<Integer> columns, List<Finding> findings) {
    if (columns.contains(CTID)) {
      differs(
          findings,
          "ctid is the row's place on the shard, where it may be another row's in a moment",
          "use the primary key");
    }
    if (columns.stream().anyMatch(column -> column < CTID && column != TABLE)) {
      differs(
          findings,
          "xmin, xmax, cmin and cmax are 0 in every row of the veneer: a check for changes by them"
              + " never finds any, or finds one always",
          "keep a version column of your own");
    }
  }
}
