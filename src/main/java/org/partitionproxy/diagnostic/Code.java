package org.partitionproxy.diagnostic;

/**
 * Every message that ppp can give, by its stable code. The hundreds tell the area: 1 usage, 2
 * shards.yaml, 3 starting and stopping servers, 4 connections, 5 plan and apply, 6 migrations, 7
 * logs, 8 secrets, 9 shell.
 */
public enum Code {
  // 1: usage
  BUG(100, ExitCode.BUG),
  USAGE(101, ExitCode.USAGE),
  UNKNOWN_TARGET(102, ExitCode.USAGE),
  NOT_CONFIRMED(103, ExitCode.REFUSED),
  INTERRUPTED(104, ExitCode.PARTIAL),
  OUTPUT_FAILED(105, ExitCode.PARTIAL),

  // 2: shards.yaml
  CONFIGURATION_FILE_MISSING(201, ExitCode.CONFIGURATION),

  // 3: starting and stopping servers
  SERVER_NOT_STARTED(301, ExitCode.UNREACHABLE),
  NEVER_STARTED(320, ExitCode.UNREACHABLE),
  PORT_TAKEN(321, ExitCode.UNREACHABLE),
  SERVER_NOT_STOPPED(322, ExitCode.PARTIAL),
  RUNTIME_CHANGED(323, ExitCode.REFUSED),
  EXTERNAL_NOT_STOPPED(324, ExitCode.REFUSED),
  DATA_NOT_DELETED(325, ExitCode.REFUSED),
  DATA_OF_OTHER_VERSION(326, ExitCode.REFUSED),
  OTHER_SERVER_ANSWERS(327, ExitCode.REFUSED),
  FOLDER_OF_OTHER_CHECKOUT(328, ExitCode.REFUSED),
  PORT_CHANGED(329, ExitCode.REFUSED),
  BINARIES_UNUSABLE(330, ExitCode.CONFIGURATION),
  SERVER_USER_UNAVAILABLE(331, ExitCode.CONFIGURATION),
  STATE_FOLDER_UNUSABLE(332, ExitCode.CONFIGURATION),
  SETTING_NOT_ALLOWED(333, ExitCode.CONFIGURATION),
  PLACE_NOT_EMBEDDABLE(334, ExitCode.CONFIGURATION),

  // 4: connections and statements
  SERVER_UNREACHABLE(401, ExitCode.UNREACHABLE),
  LOGIN_REFUSED(402, ExitCode.UNREACHABLE),
  DATABASE_MISSING(403, ExitCode.UNREACHABLE),
  STATEMENT_FAILED(404, ExitCode.SQL_FAILED),
  VERSION_TOO_OLD(405, ExitCode.REFUSED),
  VERSION_UNTESTED(406, ExitCode.DONE),

  // 5: plan and apply
  ANOTHER_SERVER(501, ExitCode.REFUSED),
  LEDGER_TOO_NEW(502, ExitCode.REFUSED),
  LOCK_HELD(503, ExitCode.REFUSED),
  LOCK_LOST(504, ExitCode.PARTIAL),
  TENANT_ELSEWHERE(505, ExitCode.REFUSED),
  ROLE_WITHOUT_SECRET(506, ExitCode.REFUSED),
  CHANGE_FAILED(507, ExitCode.PARTIAL),
  NOT_INITIALIZED(508, ExitCode.REFUSED),

  // 6: migrations
  MIGRATIONS_UNREADABLE(601, ExitCode.CONFIGURATION),
  MIGRATION_MISNAMED(602, ExitCode.CONFIGURATION),
  MIGRATION_REPEATED(603, ExitCode.CONFIGURATION),
  MIGRATION_FAILED(604, ExitCode.PARTIAL),
  MIGRATION_HALF_DONE(605, ExitCode.PARTIAL),
  MIGRATION_CHANGED(606, ExitCode.PARTIAL),
  MIGRATION_FILE_GONE(607, ExitCode.PARTIAL),
  MIGRATION_OUT_OF_ORDER(608, ExitCode.PARTIAL),
  MIGRATION_INDEX_INVALID(609, ExitCode.PARTIAL),
  SCHEMA_MISSING(610, ExitCode.PARTIAL),
  SCHEMA_NOT_EMPTY(611, ExitCode.PARTIAL),
  MIGRATION_SKIPPED(612, ExitCode.PARTIAL),

  // 7: logs
  LOG_NOT_JSON(701, ExitCode.CONFIGURATION),
  LOG_FUNCTIONS_MISSING(702, ExitCode.CONFIGURATION),
  LOG_INCOMPLETE(703, ExitCode.DONE),
  LOG_NOT_ENGLISH(704, ExitCode.DONE),

  // 8: secrets
  SECRETS_FILE_EXPOSED(801, ExitCode.REFUSED),
  SECRETS_FILE_INVALID(802, ExitCode.CONFIGURATION),
  SECRETS_OF_OTHER_TOPOLOGY(803, ExitCode.REFUSED),
  SECRETS_FILE_UNUSABLE(804, ExitCode.CONFIGURATION),
  SECRETS_FILE_LOCKED(805, ExitCode.REFUSED),
  SECRET_UNKNOWN(806, ExitCode.USAGE),
  PASSWORD_NOT_ASCII(807, ExitCode.CONFIGURATION),

  // 9: shell
  VIA_NEEDS_TENANT(901, ExitCode.USAGE),
  SHELL_FILE_FAILED(902, ExitCode.REFUSED),
  PSQL_NOT_STARTED(903, ExitCode.REFUSED),
  PSQL_MISSING(904, ExitCode.USAGE),
  SHELL_COMMAND_UNKNOWN(905, ExitCode.USAGE);

  private final int number;
  private final ExitCode exitCode;

  Code(int number, ExitCode exitCode) {
    this.number = number;
    this.exitCode = exitCode;
  }

  /** The exit status of a run that this stops. */
  public ExitCode exitCode() {
    return exitCode;
  }

  /** {@code PPP204} */
  @Override
  public String toString() {
    return "PPP" + number;
  }
}
