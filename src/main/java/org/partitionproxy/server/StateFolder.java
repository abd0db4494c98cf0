package org.partitionproxy.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.function.Supplier;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.topology.ServerName;

/**
 * {@code .ppp}, where ppp keeps what it has to remember of a checkout: small files of one line
 * each.
 */
record StateFolder(Path path) {

  /** Makes it for this user alone, if it is not there. */
  void make() {
    try {
      Files.createDirectory(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (FileAlreadyExistsException e) {
      // As it was made before, or by the user, who may have widened it.
    } catch (IOException e) {
      throw unusable(path, e);
    }
  }

  /** Does work while no other ppp process starts or stops servers of this checkout. */
  <T> T alone(Runnable whenWaiting, Supplier<T> work) {
    make();
    try {
      return new FileMutex(path.resolve("servers.lock")).holding(whenWaiting, work);
    } catch (IOException e) {
      throw unusable(path, e);
    }
  }

  /** {@link #alone(Runnable, Supplier)}, telling that it waits. */
  void alone(ServerName veneer, ServerRuntime.Progress progress, Runnable work) {
    alone(
        () -> progress.report(veneer, "waits for another ppp that starts or stops"),
        () -> {
          work.run();
          return true;
        });
  }

  Optional<String> read(String file) {
    try {
      return Optional.of(Files.readString(path.resolve(file), StandardCharsets.UTF_8).strip())
          .filter(line -> !line.isEmpty());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw unusable(path, e);
    }
  }

  /** Whole or not at all. */
  void write(String file, String line) {
    make();
    try {
      Path part = Files.createTempFile(path, file, ".part");
      Files.writeString(part, line + "\n", StandardCharsets.UTF_8);
      Files.move(part, path.resolve(file), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw unusable(path, e);
    }
  }

  void remove(String file) {
    try {
      Files.deleteIfExists(path.resolve(file));
    } catch (IOException e) {
      throw unusable(path, e);
    }
  }

  static PppException unusable(Path path, IOException reason) {
    return new PppException(
        Diagnostic.error(
            Code.STATE_FOLDER_UNUSABLE,
            "ppp cannot use its folder \"" + path + "\": " + reason,
            "Run ppp as the user who owns that folder, or make it writable."),
        reason);
  }
}
