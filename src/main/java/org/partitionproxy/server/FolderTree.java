package org.partitionproxy.server;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;

/** Makes and removes whole folders. */
final class FolderTree {

  private static final int ANY_EXECUTE = 0111;

  private FolderTree() {}

  /**
   * Unpacks every entry below a folder, with its links, readable for everybody and executable where
   * the archive says so.
   *
   * @throws IOException also for an entry that would lie outside of the folder
   */
  static void unpack(TarArchiveInputStream tar, Path folder) throws IOException {
    permit(folder, true);
    for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
      Path target = inside(folder, folder.resolve(entry.getName()));
      Files.createDirectories(target.getParent());
      if (entry.isDirectory()) {
        Files.createDirectories(target);
      } else if (entry.isSymbolicLink()) {
        Path meant = Path.of(entry.getLinkName());
        inside(folder, target.resolveSibling(meant));
        Files.createSymbolicLink(target, meant);
      } else if (entry.isLink()) {
        Files.createLink(target, inside(folder, folder.resolve(entry.getLinkName())));
      } else {
        Files.copy(tar, target);
        permit(target, (entry.getMode() & ANY_EXECUTE) != 0);
      }
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path made, BasicFileAttributes attributes)
              throws IOException {
            permit(made, true);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static Path inside(Path folder, Path target) throws IOException {
    Path normal = target.normalize();
    if (!normal.startsWith(folder) || normal.equals(folder)) {
      throw new IOException("outside of the archive: " + target);
    }
    return normal;
  }

  private static void permit(Path path, boolean executable) throws IOException {
    Files.setPosixFilePermissions(
        path, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
  }

  /** Makes a folder, and those above it, that other users may enter, whatever the umask says. */
  static void makeReachable(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Path parent = folder.getParent();
      if (parent != null) {
        makeReachable(parent);
      }
      try {
        Files.createDirectory(folder);
        permit(folder, true);
      } catch (FileAlreadyExistsException e) {
        // Another process was faster.
      }
    }
  }

  /** Removes a folder and all in it, without following links. */
  static void delete(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
