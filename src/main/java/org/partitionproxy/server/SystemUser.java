package org.partitionproxy.server;

import com.sun.security.auth.module.UnixSystem;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;

/**
 * The system user that embedded servers run as: oneself, or for root an unprivileged one, as
 * PostgreSQL refuses to run as root. All work in the servers' folders is done as this user, so that
 * root never follows a link that somebody else laid there.
 *
 * @param prefix what to put before a command to run it as this user; empty for oneself
 * @see <a href="https://www.postgresql.org/docs/18/postgres-user.html">PostgreSQL, 18.1 The
 *     PostgreSQL User Account</a>
 */
record SystemUser(String name, int uid, int gid, List<String> prefix) {

  private static final Path ROOT = Path.of("/");
  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");

  /** Another user is worked as only by root. */
  private static final Integer ROOT_UID = 0;

  SystemUser {
    prefix = List.copyOf(prefix);
  }

  /** Whether ppp itself runs as root. */
  static boolean isRoot() {
    return new UnixSystem().getUid() == 0;
  }

  /**
   * Oneself; for root the owner of {@code folder} if there is one, else {@code postgres}, else
   * {@code nobody}.
   */
  static SystemUser forServersIn(Path folder) {
    UnixSystem self = new UnixSystem();
    if (self.getUid() != 0) {
      return new SystemUser(
          self.getUsername(), (int) self.getUid(), (int) self.getGid(), List.of());
    }
    Optional<String> owner = owner(folder).filter(name -> !name.equals("root"));
    List<String> candidates = owner.map(List::of).orElse(List.of("postgres", "nobody"));
    return candidates.stream()
        .flatMap(name -> becoming(name).stream())
        .findFirst()
        .orElseThrow(() -> unavailable(candidates));
  }

  private static Optional<String> owner(Path folder) {
    try {
      return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
          ? Optional.of(Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).getName())
          : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<SystemUser> becoming(String name) {
    Optional<Integer> uid = number("-u", name);
    Optional<Integer> gid = number("-g", name);
    if (uid.isEmpty() || gid.isEmpty() || uid.get() == 0) {
      return Optional.empty();
    }
    List<List<String>> ways =
        List.of(
            List.of("setpriv", "--reuid=" + uid.get(), "--regid=" + gid.get(), "--clear-groups"),
            List.of("runuser", "-u", name, "--"));
    return ways.stream()
        .flatMap(way -> withProgram(way).stream())
        .map(way -> new SystemUser(name, uid.get(), gid.get(), way))
        .filter(user -> user.run(ROOT, List.of("true")).succeeded())
        .findFirst();
  }

  private static Optional<Integer> number(String option, String name) {
    return withProgram(List.of("id", option, name))
        .map(SystemUser::outcome)
        .filter(Subprocess.Outcome::succeeded)
        .map(outcome -> Integer.valueOf(outcome.output()));
  }

  private static Subprocess.Outcome outcome(List<String> command) {
    try {
      return new Subprocess(command, ROOT, environment(ROOT)).run(Optional.empty());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The command with its program's full path, if it is installed. */
  private static Optional<List<String>> withProgram(List<String> command) {
    return Stream.of((path() + ":/usr/sbin:/sbin:/usr/bin:/bin").split(File.pathSeparator))
        .filter(folder -> folder.startsWith("/"))
        .map(folder -> Path.of(folder, command.get(0)))
        .filter(Files::isExecutable)
        .findFirst()
        .map(
            program -> {
              List<String> full = new ArrayList<>(command);
              full.set(0, program.toString());
              return full;
            });
  }

  private static PppException unavailable(List<String> names) {
    return new PppException(
        Diagnostic.error(
            Code.SERVER_USER_UNAVAILABLE,
            "PostgreSQL does not run as root, and there is no way to run it as \""
                + String.join("\" or \"", names)
                + "\"",
            "Run ppp as an ordinary user, or install setpriv or runuser (util-linux) and give this"
                + " machine a system user \"postgres\"."));
  }

  private static String path() {
    return Optional.ofNullable(System.getenv("PATH")).orElse("/usr/bin:/bin");
  }

  /**
   * Only what a server needs: with ppp's own environment, libpq in postgres_fdw would take
   * PGOPTIONS and the like from it, and look for certificates in the home of another user.
   */
  private static Map<String, String> environment(Path home) {
    Map<String, String> environment = new TreeMap<>();
    environment.put("PATH", path());
    environment.put("LC_ALL", "C");
    environment.put("HOME", home.toString());
    Optional.ofNullable(System.getenv("LD_LIBRARY_PATH"))
        .ifPresent(libraries -> environment.put("LD_LIBRARY_PATH", libraries));
    return environment;
  }

  /** Runs a program as this user in a folder, without input. */
  Subprocess.Outcome run(Path folder, List<String> command) {
    return run(folder, command, Optional.empty());
  }

  private Subprocess.Outcome run(Path folder, List<String> command, Optional<String> input) {
    List<String> all = new ArrayList<>(prefix);
    all.addAll(command);
    try {
      return new Subprocess(all, folder, environment(folder)).run(input);
    } catch (IOException e) {
      throw unusable(folder, String.valueOf(e.getMessage()));
    }
  }

  /**
   * Runs a constant shell script in a folder, as this user; its arguments are {@code $1}, {@code
   * $2}.
   *
   * @throws PppException if it fails
   */
  private void shell(Path folder, String script, Optional<String> input, String... arguments) {
    List<String> command = new ArrayList<>(List.of("sh", "-euc", "umask 077\n" + script, "sh"));
    command.addAll(List.of(arguments));
    Subprocess.Outcome outcome = run(folder, command, input);
    if (!outcome.succeeded()) {
      throw unusable(folder, outcome.output());
    }
  }

  private PppException unusable(Path folder, String reason) {
    return new PppException(
        Diagnostic.error(
            Code.STATE_FOLDER_UNUSABLE,
            "user \""
                + name
                + "\" cannot work in \""
                + folder
                + "\": "
                + reason.lines().findFirst().orElse("no reason given"),
            "Make that folder reachable and writable for this user, or remove it if it holds"
                + " nothing that you need."));
  }

  /** Writes a file for this user alone, whole or not at all. */
  void write(Path folder, String file, String content) {
    shell(folder, "cat > \"$1.part\"\nmv -f \"$1.part\" \"$1\"", Optional.of(content), file);
  }

  void append(Path folder, String file, String content) {
    shell(folder, "cat >> \"$1\"", Optional.of(content), file);
  }

  void makeFolder(Path parent, String folder) {
    shell(parent, "mkdir -p \"$1\"", Optional.empty(), folder);
  }

  /** Removes a file or a folder with all in it, if it is there. */
  void remove(Path path) {
    shell(ROOT, "rm -rf \"$1\"", Optional.empty(), path.toString());
  }

  /** Removes all that is in a folder. */
  void empty(Path folder) {
    try {
      adoptIfNew(folder);
    } catch (IOException e) {
      throw unusable(folder, e.toString());
    }
    shell(folder, "find . -mindepth 1 -maxdepth 1 -exec rm -rf {} +", Optional.empty());
  }

  /** Renames, within one file system and onto nothing. */
  void rename(Path parent, String from, String to) {
    shell(parent, "[ ! -e \"$2\" ]\nmv \"$1\" \"$2\"", Optional.empty(), from, to);
  }

  /**
   * Makes a folder of this user alone, as this user.
   *
   * @throws PppException if something is there that is not exactly such a folder
   */
  void ownFolder(Path folder) {
    shell(ROOT, "mkdir -p \"$1\"", Optional.empty(), folder.toString());
    try {
      requireOwn(folder);
    } catch (IOException e) {
      throw unusable(folder, e.toString());
    }
  }

  /**
   * Makes a folder of this user alone where this user may not make one; nobody else may write to
   * its parents, which are made too.
   *
   * @throws PppException if something is there that is not exactly such a folder
   */
  void grantFolder(Path folder) {
    try {
      if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
        FolderTree.makeReachable(folder.resolveSibling(".").normalize());
        Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(PRIVATE));
      }
      adoptIfNew(folder);
      requireOwn(folder);
    } catch (IOException e) {
      throw unusable(folder, e.toString());
    }
  }

  /**
   * One that ppp made, whoever was killed before it could give it away: its own still, and empty.
   */
  private void adoptIfNew(Path folder) throws IOException {
    if (prefix.isEmpty()
        || !Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
        || !ROOT_UID.equals(Files.getAttribute(folder, "unix:uid", LinkOption.NOFOLLOW_LINKS))) {
      return;
    }
    try (Stream<Path> entries = Files.list(folder)) {
      if (entries.findAny().isEmpty()) {
        adopt(folder);
      }
    }
  }

  /** Gives this user a folder that ppp has just made. */
  void adopt(Path folder) throws IOException {
    if (!prefix.isEmpty()) {
      Files.setAttribute(folder, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
      Files.setAttribute(folder, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
    }
  }

  private void requireOwn(Path folder) throws IOException {
    Map<String, Object> seen =
        Files.readAttributes(folder, "unix:uid,permissions,isDirectory", LinkOption.NOFOLLOW_LINKS);
    boolean own =
        Boolean.TRUE.equals(seen.get("isDirectory"))
            && Integer.valueOf(uid).equals(seen.get("uid"))
            && PRIVATE.equals(seen.get("permissions"));
    if (!own) {
      throw unusable(
          folder, "it is not a folder that belongs to this user alone (mode 0700, no link)");
    }
  }
}
