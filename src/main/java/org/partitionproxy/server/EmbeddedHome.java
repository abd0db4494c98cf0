package org.partitionproxy.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Topology;

/**
 * Where the embedded servers of one checkout keep their data and their sockets: in {@code .ppp},
 * or, when root starts them, in a folder of the system that an unprivileged user can reach, which
 * {@code .ppp} then names.
 *
 * @param folder has a folder for each server
 * @param sockets mode 0700, and a path that fits into a socket's address
 */
record EmbeddedHome(StateFolder state, Path folder, Path sockets) {

  /** Names the folder when it is not in {@code .ppp}. */
  static final String RECORD = "embedded-folder";

  /** In the folder, when it is not in {@code .ppp}: whose it is. */
  private static final String CHECKOUT = "checkout";

  private static final String IN_STATE_FOLDER = "embedded";

  /** macOS allows 104 bytes, with the final NUL; Linux 108. */
  private static final int SOCKET_PATH_LIMIT = 104;

  private static final String LONGEST_SOCKET = "/.s.PGSQL.65535";

  /** PostgreSQL and libpq take a list with commas here. */
  private static final Pattern PLAIN_PATH = Pattern.compile("[A-Za-z0-9/._-]+");

  /** Finds the place and makes nothing. */
  static EmbeddedHome locate(Topology topology, MachineFolders machine) {
    StateFolder state = new StateFolder(topology.stateFolder());
    Path inState = state.path().resolve(IN_STATE_FOLDER);
    Path folder =
        state
            .read(RECORD)
            .map(Path::of)
            .orElseGet(
                () ->
                    SystemUser.isRoot() && !Files.isDirectory(inState)
                        ? machine.rootState().resolve(folderName(topology))
                        : inState);
    return new EmbeddedHome(state, folder, sockets(folder, machine));
  }

  private static String folderName(Topology topology) {
    return topology.name().replaceAll("[^A-Za-z0-9_-]", "_")
        + "-"
        + hash(topology.stateFolder()).substring(0, 12);
  }

  private static Path sockets(Path folder, MachineFolders machine) {
    Path usual = folder.resolve("run");
    return fits(usual)
        ? usual
        : machine.temporary().resolve("ppp-" + hash(folder).substring(0, 16));
  }

  static boolean fits(Path sockets) {
    String path = sockets.toString();
    return PLAIN_PATH.matcher(path).matches()
        && path.length() + LONGEST_SOCKET.length() < SOCKET_PATH_LIMIT;
  }

  private static String hash(Path path) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of()
          .formatHex(digest.digest(path.toString().getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }

  private boolean isOutside() {
    return !folder.startsWith(state.path());
  }

  /** Makes both folders, for the servers' user alone. */
  void make(SystemUser user) {
    user.grantFolder(folder);
    requireOwn();
    if (isOutside()) {
      user.write(folder, CHECKOUT, state.path() + "\n");
      state.write(RECORD, folder.toString());
    }
    user.ownFolder(sockets);
  }

  /**
   * A copied checkout names the folder of the one that it was copied from.
   *
   * @throws PppException if this is such a copy
   */
  void requireOwn() {
    Path owner = owner();
    boolean taken =
        !owner.equals(state.path())
            && new StateFolder(owner).read(RECORD).filter(folder.toString()::equals).isPresent();
    if (taken) {
      throw new PppException(
          Diagnostic.error(
              Code.FOLDER_OF_OTHER_CHECKOUT,
              "the servers in \"" + folder + "\" belong to \"" + owner + "\"",
              "This checkout is a copy of that one. Remove "
                  + state.path().resolve(RECORD)
                  + " and "
                  + state.path().resolve(RuntimeSelection.RECORD)
                  + ", then `ppp start` makes servers of its own."));
    }
  }

  private Path owner() {
    try {
      return Path.of(Files.readString(folder.resolve(CHECKOUT), StandardCharsets.UTF_8).strip());
    } catch (IOException e) {
      return state.path(); // not made yet, or in .ppp
    }
  }

  Path of(ServerName server) {
    return folder.resolve(server.value());
  }

  /** The servers that have data here, whether shards.yaml still names them or not. */
  List<ServerName> servers() {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (var entries = Files.list(folder)) {
      return entries
          .filter(entry -> Files.isDirectory(entry.resolve(DataFolder.NAME)))
          .map(entry -> entry.getFileName().toString())
          .filter(ServerName::isValid)
          .map(ServerName::new)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw StateFolder.unusable(folder, e);
    }
  }

  /** Deletes both folders with all in them; the servers must be stopped. */
  void delete(SystemUser user) {
    if (Files.isDirectory(sockets)) {
      user.ownFolder(sockets);
      user.remove(sockets);
    }
    try {
      if (Files.isDirectory(folder)) {
        user.empty(folder);
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw StateFolder.unusable(folder, e);
    }
    state.remove(RECORD);
  }
}
