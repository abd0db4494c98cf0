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

  // 2: shards.yaml (the reader adds its own here)
  CONFIGURATION_FILE_MISSING(201, ExitCode.CONFIGURATION),

  // 3: starting and stopping servers
  SERVER_NOT_STARTED(301, ExitCode.UNREACHABLE),
  DOCKER_UNAVAILABLE(320, ExitCode.UNREACHABLE),
  COMPOSE_FILE_EDITED(321, ExitCode.REFUSED),
  IMAGE_NOT_BUILT(322, ExitCode.UNREACHABLE),
  PUBLISHED_PORT_TAKEN(323, ExitCode.UNREACHABLE),

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
