package org.partitionproxy.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;

/**
 * {@code pg_ctl} for one data folder. It makes the server the leader of a session of its own, so
 * the terminal's Ctrl-C does not reach it.
 */
record PgCtl(DataFolder data) {

  private static final Duration START_LIMIT = Duration.ofMinutes(5);
  private static final Duration STOP_LIMIT = Duration.ofMinutes(2);
  private static final Pattern SAFE_IN_SHELL = Pattern.compile("[A-Za-z0-9/._+=:@%,-]+");

  /** Returns when the server accepts connections. Without {@code -l} it would keep our streams. */
  Subprocess.Outcome start() {
    return run("-l", StartupLog.FILE, "-w", "-t", START_LIMIT.toSeconds() + "", "-s", "start");
  }

  void reload() {
    run("-s", "reload");
  }

  /**
   * Disconnects clients, writes a checkpoint and ends.
   *
   * @return whether it ran
   */
  boolean stop() {
    if (Postmaster.find(data.path()).isEmpty()) {
      return false;
    }
    Subprocess.Outcome outcome =
        run("-m", "fast", "-w", "-t", STOP_LIMIT.toSeconds() + "", "-s", "stop");
    if (!outcome.succeeded() && Postmaster.find(data.path()).isPresent()) {
      throw new PppException(
          Diagnostic.error(
              Code.SERVER_NOT_STOPPED,
              "server \"" + data.server() + "\" did not stop: " + firstLine(outcome.output()),
              "Run `ppp stop` again; its log is in " + data.path().resolve("log") + "."));
    }
    return true;
  }

  private static String firstLine(String output) {
    return output.lines().findFirst().orElse("pg_ctl said nothing");
  }

  /**
   * It passes the data folder's name to a shell in double quotes; so a name that the shell would
   * change is given relative to the working directory.
   */
  private Subprocess.Outcome run(String... arguments) {
    String path = data.path().toString();
    List<String> command = new ArrayList<>();
    command.add(data.binaries().program("pg_ctl"));
    command.addAll(List.of("-D", SAFE_IN_SHELL.matcher(path).matches() ? path : DataFolder.NAME));
    command.addAll(List.of(arguments));
    return data.user().run(data.parent(), command);
  }
}
