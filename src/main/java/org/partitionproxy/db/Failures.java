package org.partitionproxy.db;

import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.util.Objects;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.topology.ServerDefinition;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Turns the driver's exceptions into diagnostics, without the text of the statement. */
final class Failures {

  private static final String LOCK_NOT_AVAILABLE = "55P03";
  private static final String DISK_FULL = "53100";

  private Failures() {}

  static SqlFailure connecting(
      ServerDefinition server, String database, String role, SQLException e) {
    String state = state(e);
    String name = "\"" + server.name() + "\" (" + server.endpoint() + ")";
    Diagnostic diagnostic;
    if (state.startsWith("28")) {
      diagnostic =
          Diagnostic.error(
              Code.LOGIN_REFUSED,
              "server " + name + " refused role \"" + role + "\": " + reason(e),
              "Its password comes from the environment or from .ppp/secrets.yaml;"
                  + " `ppp secrets` lists what ppp knows.");
    } else if (state.equals("3D000")) {
      diagnostic =
          Diagnostic.error(
              Code.DATABASE_MISSING,
              "server " + name + " has no database \"" + database + "\"",
              "`ppp initialize` makes it.");
    } else {
      diagnostic = unreachable(name, reason(e));
    }
    return new SqlFailure(server.name(), state, diagnostic, e);
  }

  static SqlFailure executing(ServerDefinition server, SQLException e, boolean secret) {
    String state = state(e);
    String name = "\"" + server.name() + "\" (" + server.endpoint() + ")";
    if (isConnectionLost(state) && !isOfAnother(e)) {
      return new SqlFailure(server.name(), state, unreachable(name, reason(e)), secret ? null : e);
    }
    String hint = "The transaction was rolled back on that server.";
    if (state.equals(LOCK_NOT_AVAILABLE)) {
      hint =
          "Another session holds a lock that this needs: pg_stat_activity shows its transaction."
              + " End that, and run the command again.\n"
              + hint;
    }
    if (state.equals(DISK_FULL)) {
      hint = "Make room on that server, or on the tablespace's disk, and go on.\n" + hint;
    }
    if (e instanceof PSQLException psql && psql.getServerErrorMessage() != null) {
      ServerErrorMessage message = psql.getServerErrorMessage();
      hint =
          (message.getDetail() == null || secret ? "" : message.getDetail() + "\n")
              + (message.getHint() == null ? "" : message.getHint() + "\n")
              + hint;
    }
    return new SqlFailure(
        server.name(),
        state,
        Diagnostic.error(
            state.equals(DISK_FULL) ? Code.DISK_FULL : Code.STATEMENT_FAILED,
            "server \"" + server.name() + "\": " + reason(e) + " (SQLSTATE " + state + ")",
            hint),
        secret ? null : e);
  }

  private static Diagnostic unreachable(String name, String reason) {
    return Diagnostic.error(
        Code.SERVER_UNREACHABLE,
        "server " + name + " cannot be reached: " + reason,
        "Start it (`ppp start`, for servers that ppp runs) and run the command again;"
            + " `ppp status` shows which servers answer.");
  }

  private static String state(SQLException e) {
    return Objects.requireNonNullElse(e.getSQLState(), "08001");
  }

  /** A broken connection, an administrator's command, a crash, a server that starts or stops. */
  static boolean isConnectionLost(String state) {
    return state.startsWith("08")
        || state.equals("57P01")
        || state.equals("57P02")
        || state.equals("57P03");
  }

  /** A server that still answers tells of one that it asked, with that one's SQLSTATE. */
  private static boolean isOfAnother(SQLException e) {
    return e instanceof PSQLException psql
        && psql.getServerErrorMessage() != null
        && "ERROR".equals(psql.getServerErrorMessage().getSeverity());
  }

  /** The server's own message, or the network's; never the statement. */
  static String reason(SQLException e) {
    if (e instanceof PSQLException psql && psql.getServerErrorMessage() != null) {
      return Objects.requireNonNullElse(psql.getServerErrorMessage().getMessage(), "no message");
    }
    for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof UnknownHostException) {
        return "its host name is not known";
      }
      if (cause instanceof SocketTimeoutException) {
        return "no answer in time";
      }
      if (cause instanceof ConnectException) {
        return "connection refused";
      }
    }
    return Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName())
        .lines()
        .findFirst()
        .orElse("no message");
  }
}
