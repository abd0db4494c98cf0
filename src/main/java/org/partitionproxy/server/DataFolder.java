package org.partitionproxy.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.ServerName;

/**
 * The data of one embedded server. It appears by a rename, complete, or not at all.
 *
 * @param parent the server's folder, in which this is {@code data}
 */
record DataFolder(ServerName server, Path parent, PostgresBinaries binaries, SystemUser user) {

  static final String NAME = "data";

  private static final int FIRST_WITH_BUILTIN_LOCALE = 17;

  Path path() {
    return parent.resolve(NAME);
  }

  /** The major version that made it, if it is there. */
  private Optional<String> version() {
    try {
      return Optional.of(Files.readString(path().resolve("PG_VERSION")).strip());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  boolean exists() {
    return version().isPresent();
  }

  /**
   * @throws PppException if these binaries cannot run on it
   */
  void requireSameVersion() {
    Optional<String> made = version().filter(v -> !v.equals(Integer.toString(binaries.major())));
    if (made.isPresent()) {
      throw new PppException(
          Diagnostic.error(
              Code.DATA_OF_OTHER_VERSION,
              "the data of server \""
                  + server
                  + "\" was made by PostgreSQL "
                  + made.get()
                  + ", and \""
                  + binaries.home()
                  + "\" is PostgreSQL "
                  + binaries.major(),
              "Set `postgres_home` in shards.yaml to a PostgreSQL "
                  + made.get()
                  + "; data moves to another major version only by pg_dump or pg_upgrade. It is in "
                  + path()
                  + "."));
    }
  }

  /**
   * Makes it, with a superuser that has this password.
   *
   * @param sync whether it must survive a crash of the machine
   */
  void make(Identifier superuser, Secret password, boolean sync) {
    removeRemains();
    String temporary = "new-" + UUID.randomUUID();
    user.makeFolder(parent, temporary);
    Path folder = parent.resolve(temporary);
    try {
      user.write(folder, "password", password.reveal() + "\n");
      initdb(folder, superuser, sync);
      user.remove(folder.resolve("password"));
      Path data = folder.resolve(NAME);
      user.write(data, "pg_hba.conf", logins(superuser));
      user.write(data, "pg_ident.conf", "ppp \"" + user.name() + "\" " + superuser.quoted() + "\n");
      user.append(data, "postgresql.conf", "\ninclude_if_exists = '" + ServerSettings.FILE + "'\n");
      user.rename(parent, temporary + "/" + NAME, NAME);
    } finally {
      user.remove(folder);
    }
  }

  /**
   * What a run that was killed left. Its initdb may still write there: then it stays, in nobody's
   * way, until the next time.
   */
  private void removeRemains() {
    try (var entries = Files.list(parent)) {
      entries
          .filter(entry -> entry.getFileName().toString().startsWith("new-"))
          .sorted()
          .forEach(this::tryToRemove);
    } catch (IOException e) {
      throw StateFolder.unusable(parent, e);
    }
  }

  private void tryToRemove(Path folder) {
    try {
      user.remove(folder);
    } catch (PppException e) {
      // Somebody writes there just now.
    }
  }

  private void initdb(Path folder, Identifier superuser, boolean sync) {
    List<String> command =
        new ArrayList<>(
            List.of(
                binaries.program("initdb"),
                "--pgdata=" + NAME,
                "--username=" + superuser.value(),
                "--pwfile=password",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--data-checksums",
                "--no-instructions"));
    command.addAll(locale());
    if (!sync) {
      command.add("--no-sync");
    }
    Subprocess.Outcome outcome = user.run(folder, command);
    if (!outcome.succeeded()) {
      throw new PppException(
          Diagnostic.error(
              Code.SERVER_NOT_STARTED,
              "initdb failed for server \"" + server + "\"",
              "It said:\n" + lastLines(outcome.output())));
    }
  }

  /**
   * The same order and the same upper case on every server and every machine. postgres_fdw takes it
   * for granted that a collation is the same on both sides.
   *
   * @see <a href="https://www.postgresql.org/docs/18/locale.html">PostgreSQL, 23.1 Locale
   *     Support</a>
   */
  private List<String> locale() {
    boolean mac = System.getProperty("os.name", "").startsWith("Mac");
    List<String> options = new ArrayList<>(List.of("--locale=" + (mac ? "C" : "C.UTF-8")));
    if (binaries.major() >= FIRST_WITH_BUILTIN_LOCALE) {
      options.addAll(List.of("--locale-provider=builtin", "--builtin-locale=C.UTF-8"));
    }
    return options;
  }

  /**
   * Who may log in how: the system user that owns the server as its superuser, by the Unix socket;
   * everybody else from this machine, with a password. The socket asks for SCRAM too, because
   * postgres_fdw refuses a non-superuser whose connection did not use its password.
   *
   * @see <a href="https://www.postgresql.org/docs/18/auth-pg-hba-conf.html">PostgreSQL, 20.1 The
   *     pg_hba.conf File</a>
   */
  private static String logins(Identifier superuser) {
    return """
        local all %s peer map=ppp
        local all all scram-sha-256
        host all all 127.0.0.0/8 scram-sha-256
        host all all ::1/128 scram-sha-256
        """
        .formatted(superuser.quoted());
  }

  private static String lastLines(String output) {
    List<String> lines = output.lines().filter(line -> !line.isBlank()).toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
  }
}
