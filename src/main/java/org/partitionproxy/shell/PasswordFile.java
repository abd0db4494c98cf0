package org.partitionproxy.shell;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.ServerDefinition;

/**
 * One password for libpq, in a file of mode 0600 that lives as long as this value, or as this
 * process if that is told to end. What a process that was killed left behind is removed by the next
 * one.
 *
 * @see <a href="https://www.postgresql.org/docs/18/libpq-pgpass.html">PostgreSQL, 32.16 The
 *     Password File</a>
 */
final class PasswordFile implements AutoCloseable {

  private static final String PREFIX = "pgpass-";

  /** A younger file may be of a process on another machine that shares the folder. */
  private static final Duration SURELY_READ = Duration.ofMinutes(1);

  private final Path path;
  private final Thread deletion;

  private PasswordFile(Path path) {
    this.path = path;
    this.deletion = new Thread(() -> delete(path), "delete password file");
  }

  /**
   * @throws PppException if the state folder cannot be written
   */
  static PasswordFile write(
      Path stateFolder, ServerDefinition server, Identifier role, Secret password) {
    try {
      Path folder = PrivateFolder.in(stateFolder);
      deleteLeftovers(folder);
      Path path = folder.resolve(PREFIX + ProcessHandle.current().pid());
      PasswordFile file = new PasswordFile(path);
      Runtime.getRuntime().addShutdownHook(file.deletion);
      Files.deleteIfExists(path);
      Files.writeString(PrivateFolder.createFile(path), line(server, role, password));
      return file;
    } catch (IOException e) {
      throw new PppException(
          Diagnostic.error(
              Code.SHELL_FILE_FAILED,
              "the password cannot be handed to psql: " + e.getMessage(),
              "Let your user write \""
                  + stateFolder
                  + "\", or use --builtin, which needs no file."),
          e);
    }
  }

  /** For this role on this server, whatever the database; no other server may be sent it. */
  static String line(ServerDefinition server, Identifier role, Secret password) {
    return escaped(server.host())
        + ":"
        + server.port()
        + ":*:"
        + escaped(role.value())
        + ":"
        + escaped(password.reveal())
        + "\n";
  }

  private static String escaped(String field) {
    return field.replace("\\", "\\\\").replace(":", "\\:");
  }

  Path path() {
    return path;
  }

  @Override
  public void close() {
    delete(path);
    try {
      Runtime.getRuntime().removeShutdownHook(deletion);
    } catch (IllegalStateException e) {
      // This process is ending, and the hook finds nothing to do.
    }
  }

  private static void delete(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // The next run tries again.
    }
  }

  private static void deleteLeftovers(Path folder) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, PREFIX + "*")) {
      for (Path file : files) {
        try {
          if (isLeftover(file)) {
            delete(file);
          }
        } catch (NoSuchFileException e) {
          // Its own process has just deleted it.
        }
      }
    }
  }

  private static boolean isLeftover(Path file) throws IOException {
    Instant written = Files.getLastModifiedTime(file).toInstant();
    if (written.isAfter(Instant.now().minus(SURELY_READ))) {
      return false;
    }
    String pid = String.valueOf(file.getFileName()).substring(PREFIX.length());
    if (!pid.matches("[0-9]{1,18}")) {
      return true;
    }
    Optional<ProcessHandle> owner = ProcessHandle.of(Long.parseLong(pid));
    return owner
        .flatMap(process -> process.info().startInstant())
        .map(started -> started.isAfter(written))
        .orElse(owner.isEmpty());
  }
}
