package org.partitionproxy.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Topology;

/** The files beside shards.yaml that compose reads, builds from and mounts. */
final class ContainerFiles {

  private static final List<String> IMAGE_FILES =
      List.of("Dockerfile", "include-settings.sh", LogBound.SCRIPT);

  private final Topology topology;

  ContainerFiles(Topology topology) {
    this.topology = topology;
  }

  /**
   * Writes {@code docker-compose.yml} unless it is there as it should be.
   *
   * @throws PppException if somebody edited it; then it is left as it is
   */
  void writeComposeFile() {
    Path file = topology.home().resolve(ComposeFile.FILE_NAME);
    String wanted = ComposeFile.of(topology);
    try {
      if (Files.exists(file)) {
        String existing = Files.readString(file);
        if (!ComposeFile.isUnedited(existing)) {
          throw edited(file);
        }
        if (existing.replace("\r\n", "\n").equals(wanted)) {
          return;
        }
      }
      write(file, wanted, "rw-r--r--");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static PppException edited(Path file) {
    return new PppException(
        Diagnostic.error(
            Code.COMPOSE_FILE_EDITED,
            "\"" + file + "\" was edited, or was not made by ppp",
            "ppp makes this file from shards.yaml and overwrites nobody's work: put what you added"
                + " into docker-compose.override.yml, which compose reads after it, and delete"
                + " docker-compose.yml; `ppp start` writes it again."));
  }

  /** Writes the image's recipe where there is none: outside of a checkout of ppp. */
  void writeImageFolder() {
    Path folder = topology.home().resolve(ComposeFile.IMAGE_FOLDER);
    try {
      if (Files.exists(folder.resolve("Dockerfile"))) {
        return;
      }
      Files.createDirectories(folder);
      for (String name : IMAGE_FILES) {
        try (InputStream content = ContainerFiles.class.getResourceAsStream("docker/" + name)) {
          Files.copy(Objects.requireNonNull(content), folder.resolve(name));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The password is for the container's root alone; its server reads the settings as postgres. */
  void writeMounts(ServerDefinition server, Secret password) {
    Path home = topology.home();
    Path secret = home.resolve(ComposeFile.passwordFile(server.name()));
    Path settings = home.resolve(ComposeFile.settingsFolder(server.name()));
    try {
      folder(topology.stateFolder(), "rwx------");
      folder(ProjectName.folder(topology.stateFolder()), "rwx------");
      folder(parent(secret), "rwx------");
      folder(parent(settings), "rwxr-xr-x");
      folder(settings, "rwxr-xr-x");
      write(secret, password.reveal(), "rw-------");
      write(settings.resolve("ppp.conf"), ContainerSettings.of(topology, server), "rw-r--r--");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Passwords, settings and the project's name: what is under {@code .ppp} for containers. */
  void deleteMounts() {
    Path folder = ProjectName.folder(topology.stateFolder());
    try {
      if (Files.exists(folder)) {
        FolderTree.delete(folder);
      }
    } catch (IOException e) {
      throw StateFolder.unusable(folder, e);
    }
  }

  private static Path parent(Path path) {
    return Objects.requireNonNull(path.getParent());
  }

  private static void folder(Path folder, String mode) throws IOException {
    try {
      Files.createDirectory(folder);
      Files.setPosixFilePermissions(folder, permissions(mode));
    } catch (FileAlreadyExistsException e) {
      // As it should be, from an earlier start.
    }
  }

  /** Replaces the file in one step, if its content differs; never readable by more than it will. */
  private static void write(Path file, String content, String mode) throws IOException {
    if (Files.exists(file) && Files.readString(file).equals(content)) {
      return;
    }
    Path fresh = Files.createTempFile(parent(file), "." + file.getFileName(), ".new");
    try {
      Files.writeString(fresh, content);
      Files.setPosixFilePermissions(fresh, permissions(mode));
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  private static Set<PosixFilePermission> permissions(String mode) {
    return PosixFilePermissions.fromString(mode);
  }
}
