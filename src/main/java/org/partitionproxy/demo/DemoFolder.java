package org.partitionproxy.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;

/**
 * Where a demo works: a copy of its example with ports that are free, and with what it was asked
 * for. What is not such a copy is never written to.
 *
 * @param demo its name, which is also its folder's under {@code examples}
 */
public record DemoFolder(String demo, Path path) {

  /** The first line of every shards.yaml that a demo wrote. */
  private static final String MARK = "# Made by `ppp demo %s`, which writes it anew each time.";

  /** The system lets go of it when the process ends, however that comes. */
  private static final String LOCK = "demo.lock";

  /** What {@link #write} and the runtimes make; with the file that marks it at the end. */
  private static final List<String> ENTRIES =
      List.of("migrations", ".ppp", "docker", "docker-compose.yml", LOCK, "shards.yaml");

  /** Below those that systems give to clients. */
  static final int FIRST_PORT = 23_710;

  static final int LAST_PORT = 23_809;

  private static final Pattern PORT = Pattern.compile("\\bport: ([0-9]+)");

  public Path file() {
    return path.resolve("shards.yaml");
  }

  /** Whether a demo has worked here already. */
  public boolean isMade() {
    try {
      return Files.exists(file()) && Files.readString(file()).startsWith(mark());
    } catch (IOException e) {
      return false;
    }
  }

  private String mark() {
    return MARK.formatted(demo);
  }

  /**
   * Does work while no other demo of this folder runs. Makes the folder.
   *
   * @throws PppException if one runs, or if the shards.yaml there is none of a demo's
   */
  public <T> T alone(Supplier<T> work) {
    try {
      Files.createDirectories(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      if (Files.exists(file()) && !isMade()) {
        throw refusal(
            "\"" + file() + "\" was not made by `ppp demo " + demo + "`",
            "The demo writes a shards.yaml of its own: give it another folder by --folder.");
      }
      try (FileChannel channel =
          FileChannel.open(
              path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        @Nullable FileLock lock = channel.tryLock();
        if (lock == null) {
          throw refusal(
              "another `ppp demo " + demo + "` runs in \"" + path + "\"",
              "End it, or give this one another folder by --folder.");
        }
        return work.get();
      }
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  /**
   * Writes what the example has, changed to what was asked for.
   *
   * @param text of shards.yaml
   * @param scripts texts of the migrations, by their names
   * @param kept whether the port of a server is its own: one of a server that runs is taken
   */
  public void write(String text, SortedMap<String, String> scripts, IntPredicate kept) {
    try {
      Files.writeString(
          file(), mark() + "\n" + withPorts(text, oldPorts(), kept), StandardCharsets.UTF_8);
      Path migrations = path.resolve("migrations");
      Files.createDirectories(migrations);
      for (Map.Entry<String, String> script : scripts.entrySet()) {
        Files.writeString(migrations.resolve(script.getKey()), script.getValue());
      }
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  /** In the file's order. */
  private List<Integer> oldPorts() throws IOException {
    return isMade()
        ? PORT.matcher(Files.readString(file()))
            .results()
            .map(found -> Integer.parseInt(found.group(1)))
            .toList()
        : List.of();
  }

  static String withPorts(String text, List<Integer> old, IntPredicate kept) {
    List<Integer> candidates = new ArrayList<>(old);
    for (int port = FIRST_PORT; port <= LAST_PORT; port++) {
      candidates.add(port);
    }
    Set<Integer> used = new HashSet<>();
    Matcher matcher = PORT.matcher(text);
    StringBuilder result = new StringBuilder();
    int server = 0;
    while (matcher.find()) {
      List<Integer> own = server < old.size() ? List.of(old.get(server)) : List.<Integer>of();
      // The text's first: two demos that are started at once have different ones there.
      Stream<Integer> first =
          Stream.concat(own.stream(), Stream.of(Integer.valueOf(matcher.group(1))));
      int port =
          Stream.concat(first, candidates.stream())
              .filter(one -> !used.contains(one))
              .filter(one -> (own.contains(one) && kept.test(one)) || isFree(one))
              .findFirst()
              .orElseThrow(DemoFolder::noPort);
      used.add(port);
      matcher.appendReplacement(result, "port: " + port);
      server++;
    }
    return matcher.appendTail(result).toString();
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Deletes what a demo made, and the folder unless something else is in it. */
  public void delete() {
    if (!isMade()) {
      return;
    }
    try {
      for (String entry : ENTRIES) {
        deleteTree(path.resolve(entry));
      }
      try (Stream<Path> left = Files.list(path)) {
        if (left.findAny().isPresent()) {
          return;
        }
      }
      Files.delete(path);
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  private static void deleteTree(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(root)) {
      for (Path entry : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(entry);
      }
    }
  }

  private static PppException noPort() {
    return refusal(
        "no port from " + FIRST_PORT + " to " + LAST_PORT + " is free",
        "The demo's servers listen on ports of that range: end what listens there.");
  }

  private static PppException refusal(String summary, String hint) {
    return new PppException(Diagnostic.error(Code.NOT_THE_DEMO, summary, hint));
  }

  private PppException unusable(IOException e) {
    return new PppException(
        Diagnostic.error(
            Code.STATE_FOLDER_UNUSABLE,
            "the demo cannot use its folder \"" + path + "\": " + e,
            "Give it another one by --folder."),
        e);
  }
}
