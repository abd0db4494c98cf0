package org.partitionproxy.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a reader of the documents has in front of them: shards.yaml and migrations of this checkout
 * in a folder of their own, and {@code ppp} on the PATH. Ports are free ones and the runtime is
 * embedded; commands and outputs are translated, so that neither shows.
 */
public final class WorkingCopy implements AutoCloseable {

  private static final Path CHECKOUT = Path.of("").toAbsolutePath();
  private static final List<Integer> DEFAULT_PORTS = List.of(14797, 29948, 13366, 11033);

  private final Path folder;
  private final SortedMap<String, String> ports = new TreeMap<>();

  /**
   * @param status of the process
   * @param output of stdout and stderr, as they came
   */
  public record Result(int status, String output) {}

  private WorkingCopy(Path folder) {
    this.folder = folder;
    for (int port : DEFAULT_PORTS) {
      String free;
      do {
        free = Integer.toString(TestServer.freePort());
      } while (ports.containsValue(free));
      ports.put(Integer.toString(port), free);
    }
  }

  /**
   * @param folder empty; nothing is started yet
   */
  public static WorkingCopy in(Path folder) {
    WorkingCopy copy = new WorkingCopy(folder);
    try {
      String topology = Files.readString(CHECKOUT.resolve("shards.yaml"));
      Files.writeString(
          folder.resolve("shards.yaml"),
          copy.withFreePorts(topology).replaceFirst("(?m)^runtime: auto", "runtime: embedded"));
      Files.createDirectory(folder.resolve("migrations"));
      try (Stream<Path> files = Files.list(CHECKOUT.resolve("migrations"))) {
        for (Path file : files.sorted().toList()) {
          Files.copy(file, folder.resolve("migrations").resolve(file.getFileName()));
        }
      }
      return copy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Path folder() {
    return folder;
  }

  /** Runs a script of the shell with the default ports in it. */
  public Result run(String script) {
    ProcessBuilder builder =
        new ProcessBuilder(List.of("/bin/sh", "-e", "-c", withFreePorts(script)))
            .directory(folder.toFile())
            .redirectErrorStream(true);
    Map<String, String> environment = builder.environment();
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.merge("PATH", CHECKOUT + "/bin", (path, bin) -> bin + ":" + path);
    environment.put("PSQLRC", "/dev/null");
    environment.put("TZ", "UTC");
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Result(process.waitFor(), withDefaultPorts(output));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private String withFreePorts(String text) {
    String translated = text;
    for (Map.Entry<String, String> port : ports.entrySet()) {
      translated = translated.replace(port.getKey(), port.getValue());
    }
    return translated;
  }

  private String withDefaultPorts(String text) {
    String translated = text;
    for (Map.Entry<String, String> port : ports.entrySet()) {
      translated = translated.replaceAll("\\b" + port.getValue() + "\\b", port.getKey());
    }
    return translated;
  }

  /** Stops what was started, and deletes its data. */
  @Override
  public void close() {
    run("ppp stop --delete-data --yes");
  }
}
