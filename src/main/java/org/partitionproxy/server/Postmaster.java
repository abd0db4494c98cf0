package org.partitionproxy.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A server process as {@code postmaster.pid} in its data folder tells of it. That file outlives a
 * server that was killed, its number may belong to another process by now, and a copied folder has
 * a copy of it: so what it says is checked.
 *
 * @param folder the data folder that the process was started for
 */
record Postmaster(long pid, Path folder, int port) {

  static final String FILE = "postmaster.pid";

  private static final int LINES = 4;

  /** The live server of a data folder. */
  static Optional<Postmaster> find(Path data) {
    return read(data.resolve(FILE)).filter(postmaster -> postmaster.isServerOf(data));
  }

  /** The lock of a Unix socket; it has the same lines. */
  static Path socketLock(Path sockets, int port) {
    return sockets.resolve(".s.PGSQL." + port + ".lock");
  }

  /**
   * Whether a file would keep PostgreSQL from starting although the server that wrote it is gone:
   * its process number is somebody else's by now, or it cannot be read. One whose process number is
   * nobody's PostgreSQL sees through itself.
   *
   * @param file {@link #FILE} of this data folder, or {@link #socketLock}
   */
  static boolean isMisleading(Path file, Path data) {
    return Files.exists(file)
        && read(file)
            .map(postmaster -> postmaster.isAlive() && !postmaster.isServerOf(data))
            .orElse(true);
  }

  private static Optional<Postmaster> read(Path file) {
    try {
      List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
      return lines.size() < LINES
          ? Optional.empty()
          : Optional.of(
              new Postmaster(
                  Long.parseLong(lines.get(0).strip()),
                  Path.of(lines.get(1)),
                  Integer.parseInt(lines.get(3).strip())));
    } catch (IOException | NumberFormatException e) {
      return Optional.empty(); // not there, or half written: no server to be found by it
    }
  }

  private boolean isServerOf(Path data) {
    boolean copied = Files.isDirectory(folder) && !isSame(folder, data);
    return !copied && isAlive() && worksIn(data);
  }

  private boolean isAlive() {
    return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
  }

  private static boolean isSame(Path one, Path other) {
    try {
      return Files.isSameFile(one, other);
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Whether the process is a server of this folder: by its working directory, which a postmaster
   * has in its data folder; where that cannot be seen, by its arguments. A process that shows
   * neither is taken for the server, except a dead one that nobody has waited for.
   */
  private boolean worksIn(Path data) {
    Path process = Path.of("/proc").resolve(Long.toString(pid));
    if (!Files.isDirectory(process)) {
      return ProcessHandle.of(pid)
          .flatMap(handle -> handle.info().commandLine())
          .map(command -> command.contains("postgres"))
          .orElse(true);
    }
    try {
      return isSame(Files.readSymbolicLink(process.resolve("cwd")), data);
    } catch (IOException e) {
      try {
        String arguments = Files.readString(process.resolve("cmdline"), StandardCharsets.UTF_8);
        return arguments.contains(folder.toString());
      } catch (IOException unreadable) {
        return false; // it ended meanwhile
      }
    }
  }
}
