package org.partitionproxy.shell;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Folders and files under {@code .ppp} that nobody but their owner may read. */
final class PrivateFolder {

  private static final FileAttribute<Set<PosixFilePermission>> FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final FileAttribute<Set<PosixFilePermission>> FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private PrivateFolder() {}

  /** The folder {@code psql} of the state folder, made where it is missing. */
  static Path in(Path stateFolder) throws IOException {
    Files.createDirectories(stateFolder);
    Path folder = stateFolder.resolve("psql");
    try {
      Files.createDirectory(folder, FOLDER);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(folder)) {
        throw e;
      }
    }
    return folder;
  }

  /**
   * @throws FileAlreadyExistsException if it is there, whoever may read it
   */
  static Path createFile(Path file) throws IOException {
    return Files.createFile(file, FILE);
  }

  /** The same, or the file that is there, which nobody else may read any more. */
  static Path ensureFile(Path file) throws IOException {
    try {
      return createFile(file);
    } catch (FileAlreadyExistsException e) {
      return Files.setPosixFilePermissions(file, FILE.value());
    }
  }
}
