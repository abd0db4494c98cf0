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

  // 2: shards.yaml
  CONFIGURATION_FILE_MISSING(201, ExitCode.CONFIGURATION),
  CONFIGURATION_FILE_UNREADABLE(202, ExitCode.CONFIGURATION),
  NOT_TEXT(203, ExitCode.CONFIGURATION),
  SHARD_UNDECLARED(204, ExitCode.CONFIGURATION),
  YAML_SYNTAX(205, ExitCode.CONFIGURATION),
  YAML_TAB(206, ExitCode.CONFIGURATION),
  YAML_FEATURE_REFUSED(207, ExitCode.CONFIGURATION),
  SECOND_DOCUMENT(208, ExitCode.CONFIGURATION),
  REPEATED_KEY(209, ExitCode.CONFIGURATION),
  UNKNOWN_KEY(210, ExitCode.CONFIGURATION),
  MISSING_KEY(211, ExitCode.CONFIGURATION),
  MISSING_VALUE(212, ExitCode.CONFIGURATION),
  EMPTY_MAP(213, ExitCode.CONFIGURATION),
  WRONG_KIND(214, ExitCode.CONFIGURATION),
  VALUE_INVALID(215, ExitCode.CONFIGURATION),
  PORT_INVALID(216, ExitCode.CONFIGURATION),
  NAME_INVALID(217, ExitCode.CONFIGURATION),
  NAME_TOO_LONG(218, ExitCode.CONFIGURATION),
  NAME_RESERVED(219, ExitCode.CONFIGURATION),
  NAME_TAKEN(220, ExitCode.CONFIGURATION),
  SCHEMA_SHARED(221, ExitCode.CONFIGURATION),
  SERVER_SHARED(222, ExitCode.CONFIGURATION),
  PORT_SHARED(223, ExitCode.CONFIGURATION),
  HOST_NOT_LOCAL(224, ExitCode.CONFIGURATION),
  ROLE_CLASH(225, ExitCode.CONFIGURATION),
  VARIABLE_UNSET(226, ExitCode.CONFIGURATION),
  REFERENCE_INVALID(227, ExitCode.CONFIGURATION),
  PASSWORD_IN_FILE(228, ExitCode.CONFIGURATION),
  RULED_BY_PPP(229, ExitCode.CONFIGURATION),
  KEY_OUT_OF_PLACE(230, ExitCode.CONFIGURATION),
  PATH_MISSING(231, ExitCode.CONFIGURATION),

  // 3: starting and stopping servers
  SERVER_NOT_STARTED(301, ExitCode.UNREACHABLE),

  // 4: connections and statements
  SERVER_UNREACHABLE(401, ExitCode.UNREACHABLE),
  LOGIN_REFUSED(402, ExitCode.UNREACHABLE),
  DATABASE_MISSING(403, ExitCode.UNREACHABLE),
  STATEMENT_FAILED(404, ExitCode.SQL_FAILED),
  VERSION_TOO_OLD(405, ExitCode.REFUSED),
  VERSION_UNTESTED(406, ExitCode.DONE);

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
