package org.partitionproxy.secret;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;

/** Lets one writer at a time at {@code secrets.yaml}: of the threads here, and of all processes. */
final class SecretFileLock {

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofMillis(5);

  /**
   * The system's locks belong to the process, and closing the file once more drops them: so within
   * this JVM the writers queue here first, whatever store they come from.
   */
  private static final ReentrantLock IN_THIS_PROCESS = new ReentrantLock();

  private SecretFileLock() {}

  /**
   * @throws PppException if another process keeps the lock for ten seconds; writing takes
   *     milliseconds
   */
  static <T> T whileLocked(Path folder, FileGuard guard, Supplier<T> work) throws IOException {
    Path lockFile = folder.resolve("secrets.lock");
    IN_THIS_PROCESS.lock();
    try (FileChannel channel =
        FileChannel.open(
            lockFile,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(FileGuard.OWNER_ONLY_FILE))) {
      guard.giveToOwnerOf(folder, lockFile);
      awaitLock(channel, lockFile);
      return work.get();
    } finally {
      IN_THIS_PROCESS.unlock();
    }
  }

  /** The lock ends when the channel is closed, or the process ends in whatever way. */
  private static FileLock awaitLock(FileChannel channel, Path lockFile) throws IOException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    for (FileLock lock = channel.tryLock(); ; lock = channel.tryLock()) {
      if (lock != null) {
        return lock;
      }
      if (System.nanoTime() - deadline > 0) {
        throw new PppException(
            Diagnostic.error(
                Code.SECRETS_FILE_LOCKED,
                "another process has locked \""
                    + lockFile
                    + "\" for "
                    + PATIENCE.toSeconds()
                    + " seconds",
                "See whether another ppp hangs (`fuser '"
                    + lockFile
                    + "'` names it), end it, and"
                    + " run the same command again."));
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }
}
