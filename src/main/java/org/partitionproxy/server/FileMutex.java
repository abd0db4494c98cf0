package org.partitionproxy.server;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps other ppp processes and other threads out while work is done. The system releases it when
 * the process ends, however that comes.
 *
 * @param file made if it is not there; its folder must be
 */
record FileMutex(Path file) {

  private static final Duration BETWEEN_TRIES = Duration.ofMillis(50);

  /**
   * Waits as long as it takes, then does the work.
   *
   * @param whenWaiting run once, if somebody else holds it
   * @throws IOException if the file cannot be made or opened
   */
  <T> T holding(Runnable whenWaiting, Supplier<T> work) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      if (!tryLock(channel)) {
        whenWaiting.run();
        do {
          LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
        } while (!tryLock(channel));
      }
      return work.get(); // closing the channel releases the lock
    }
  }

  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      @Nullable FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false; // another thread of this process has it
    }
  }
}
