package org.partitionproxy.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A disk of a few megabytes, in memory, that PostgreSQL may write to. Only root can make one. */
public final class SmallDisk implements AutoCloseable {

  private final Path folder;

  private SmallDisk(Path folder) {
    this.folder = folder;
  }

  /** Nothing where mounting is not allowed. */
  public static Optional<SmallDisk> mount(int megabytes) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("ppp-small-disk");
    String options = "size=%dm,mode=700,uid=postgres,gid=postgres".formatted(megabytes);
    if (run("mount", "-t", "tmpfs", "-o", options, "tmpfs", folder.toString())) {
      return Optional.of(new SmallDisk(folder));
    }
    Files.delete(folder);
    return Optional.empty();
  }

  public Path folder() {
    return folder;
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(List.of(command)).redirectErrorStream(true).start().waitFor() == 0;
  }

  @Override
  public void close() throws IOException {
    try {
      run("umount", "--lazy", folder.toString());
      Files.delete(folder);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
