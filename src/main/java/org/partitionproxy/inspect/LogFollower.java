package org.partitionproxy.inspect;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a server adds to its log, over rotations, truncations and restarts, each line once. It
 * keeps its place while the session that it reads through is lost and replaced.
 */
final class LogFollower {

  /** A file that is to be read from there on. */
  private record Place(LogFile file, long offset) {}

  /** As listed when the followed file was last changed. */
  private final Map<String, LogFile> seen = new TreeMap<>();

  private final Deque<Place> next = new ArrayDeque<>();
  private final LineBuffer buffer;

  private @Nullable String file;
  private String head = "";
  private long offset;

  /** The byte before {@link #offset}: if it is another one now, so is the file. */
  private @Nullable Byte before;

  private LogFollower(LineBuffer buffer) {
    this.buffer = buffer;
  }

  /**
   * @param listing oldest first
   * @param end in the last file: after the last complete line that was read
   */
  static LogFollower after(List<LogFile> listing, long end) {
    LogFollower follower = new LogFollower(new LineBuffer());
    listing.forEach(file -> follower.seen.put(file.name(), file));
    if (!listing.isEmpty()) {
      LogFile last = listing.get(listing.size() - 1);
      follower.moveTo(last.name(), last.head(), end);
    }
    return follower;
  }

  /**
   * @param listing oldest first
   * @param first of its files to be read; those before it are done
   * @param offset in that file, where a line begins
   */
  static LogFollower from(List<LogFile> listing, int first, long offset) {
    LogFollower follower = new LogFollower(new LineBuffer());
    listing.forEach(file -> follower.seen.put(file.name(), file));
    for (int i = first + 1; i < listing.size(); i++) {
      follower.next.add(new Place(listing.get(i), 0));
    }
    if (!listing.isEmpty()) {
      follower.moveTo(listing.get(first).name(), listing.get(first).head(), offset);
    }
    return follower;
  }

  /** Reads all there is now, through any number of files. */
  void poll(LogReader reader, Consumer<LogEntry> entries) {
    long tooLong = buffer.tooLong();
    Consumer<byte[]> lines = line -> reader.accept(line).ifPresent(entries);
    boolean more = true;
    while (more) {
      more = file == null ? moveOn(reader.files(), lines) : readOn(reader.files(), file, lines);
    }
    reader.tally().addTooLong(buffer.tooLong() - tooLong);
  }

  /** Returns whether there may be more to read now. */
  private boolean readOn(LogFiles files, String name, Consumer<byte[]> lines) {
    long from = before == null ? offset : offset - 1;
    LogFiles.Growth growth = files.growth(name, from);
    if (growth.head().isEmpty()) {
      return moveOn(files, lines);
    }
    if (!isSameFile(growth)) {
      buffer.drain().ifPresent(lines);
      moveTo(name, growth.head().get(), 0);
      return true;
    }
    head = growth.head().get();
    int known = (int) (offset - from);
    byte[] bytes = growth.bytes().array();
    if (bytes.length > known) {
      buffer.append(bytes, known, lines);
      offset += bytes.length - known;
      before = bytes[bytes.length - 1];
      // A busy server always has a little more; that is for the next time.
      return bytes.length == LogFiles.BLOCK || !growth.current().equals(Optional.of(name));
    }
    return !growth.current().equals(Optional.of(name)) && moveOn(files, lines);
  }

  private boolean isSameFile(LogFiles.Growth growth) {
    return growth.head().orElseThrow().startsWith(head)
        && (before == null
            || (growth.bytes().hasRemaining() && before.equals(growth.bytes().get(0))));
  }

  /** Goes to the next file, if there is one. */
  private boolean moveOn(LogFiles files, Consumer<byte[]> lines) {
    if (next.isEmpty()) {
      findNext(files.list());
    }
    Place place = next.poll();
    if (place == null) {
      return false;
    }
    buffer.drain().ifPresent(lines);
    moveTo(place.file().name(), place.file().head(), place.offset());
    return true;
  }

  /** What grew or came since the last listing, oldest first; the file just read is done. */
  private void findNext(List<LogFile> listing) {
    for (LogFile listed : listing) {
      if (listed.name().equals(file) && listed.head().startsWith(head)) {
        // What came into it after it was read is not known yet, whatever its size is by now.
        seen.put(listed.name(), listed.withSize(offset));
        continue;
      }
      LogFile old = seen.put(listed.name(), listed);
      if (old == null || !old.canHaveGrownInto(listed) || listed.name().equals(file)) {
        next.add(new Place(listed, 0));
      } else if (listed.sizeBytes() > old.sizeBytes() || listed.current()) {
        next.add(new Place(listed, old.sizeBytes()));
      }
    }
  }

  private void moveTo(String name, String firstBytes, long from) {
    file = name;
    head = firstBytes;
    offset = from;
    before = null;
  }
}
