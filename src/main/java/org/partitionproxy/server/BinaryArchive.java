package org.partitionproxy.server;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.tukaani.xz.XZInputStream;

/**
 * The archive with PostgreSQL's programs that comes as a dependency, one for each platform.
 *
 * @param name {@code postgres-linux-x86_64}
 */
record BinaryArchive(String name, URL location) {

  static BinaryArchive ofThisMachine() {
    String name = nameFor(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
    URL location = BinaryArchive.class.getResource("/" + name + ".txz");
    if (location == null) {
      throw new PppException(
          Diagnostic.error(
              Code.BINARIES_UNUSABLE,
              "ppp brings no PostgreSQL for this machine: \"" + name + "\" is not there",
              "Install PostgreSQL 15 or newer and set `postgres_home` in shards.yaml, or use"
                  + " `runtime: docker`."));
    }
    return new BinaryArchive(name, location);
  }

  static String nameFor(String system, String architecture) {
    String os = system.toLowerCase(Locale.ROOT).startsWith("mac") ? "darwin" : "linux";
    String cpu =
        switch (architecture) {
          case "amd64", "x86_64" -> "x86_64";
          case "aarch64", "arm64" -> "arm_64";
          default -> architecture;
        };
    return "postgres-" + os + "-" + cpu;
  }

  /**
   * The folder with the archive's content. It appears whole or not at all; of several processes
   * that want it at once, one unpacks and the others wait.
   */
  Path unpackInto(Path cache) {
    try {
      Path target = cache.resolve(name + "-" + fingerprint());
      if (!Files.isDirectory(target)) {
        FolderTree.makeReachable(cache);
        new FileMutex(cache.resolve(name + ".lock"))
            .holding(() -> {}, () -> unpackOnce(cache, target));
      }
      return target;
    } catch (IOException | UncheckedIOException e) {
      throw new PppException(
          Diagnostic.error(
              Code.BINARIES_UNUSABLE,
              "PostgreSQL cannot be unpacked into \"" + cache + "\": " + e,
              "Make that folder writable and see that its disk has 100 MB left."),
          e);
    }
  }

  private Path unpackOnce(Path cache, Path target) {
    try {
      removeRemains(cache);
      if (!Files.isDirectory(target)) {
        Path temporary = Files.createTempDirectory(cache, name + ".part-");
        unpack(temporary);
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      }
      return target;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a process that was killed while unpacking left; nobody else unpacks now. */
  private void removeRemains(Path cache) throws IOException {
    try (DirectoryStream<Path> remains = Files.newDirectoryStream(cache, name + ".part-*")) {
      for (Path folder : remains) {
        FolderTree.delete(folder);
      }
    }
  }

  /** Of the content, from the jar's directory, so that nothing has to be read for it. */
  private String fingerprint() throws IOException {
    if (!(location.openConnection() instanceof JarURLConnection jar)) {
      throw new IOException("not in a jar: " + location);
    }
    return Long.toHexString(jar.getJarEntry().getCrc());
  }

  private void unpack(Path folder) throws IOException {
    try (InputStream in = new BufferedInputStream(location.openStream());
        TarArchiveInputStream tar = new TarArchiveInputStream(new XZInputStream(in))) {
      FolderTree.unpack(tar, folder);
    }
  }
}
