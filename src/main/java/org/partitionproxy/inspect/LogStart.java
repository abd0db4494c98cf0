package org.partitionproxy.inspect;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Finds where in a server's log a moment is, by halves, so that a long log costs a few short reads
 * and no memory.
 */
final class LogStart {

  /** Of one look into a file, in bytes: a few lines, mostly. */
  private static final int LOOK = 16 << 10;

  /** Below so many bytes, what is too early is read and left out. */
  private static final int NEAR = 64 << 10;

  private final LogFiles files;
  private final LogDecoder decoder;

  LogStart(LogFiles files, LogDecoder decoder) {
    this.files = files;
    this.decoder = decoder;
  }

  /** Goes on from the first line since then, or a little before it. */
  LogFollower follower(Instant since) {
    List<LogFile> listing = files.list();
    int first = 0;
    while (first < listing.size() - 1 && listing.get(first).modification().isBefore(since)) {
      first++;
    }
    long offset = listing.isEmpty() ? 0 : offset(listing.get(first), since);
    return LogFollower.from(listing, first, offset);
  }

  private long offset(LogFile file, Instant since) {
    long early = 0;
    long late = file.sizeBytes();
    while (late - early > NEAR) {
      long middle = early + (late - early) / 2;
      Optional<Line> line = lineAfter(file, middle, late);
      if (line.isEmpty() || !line.get().time().isBefore(since)) {
        late = middle;
      } else {
        early = line.get().begin();
      }
    }
    return early;
  }

  private record Line(long begin, Instant time) {}

  /** The first line that begins after this byte and has a time. */
  private Optional<Line> lineAfter(LogFile file, long from, long end) {
    LineBuffer buffer = new LineBuffer();
    Finder finder = new Finder(from);
    long at = from;
    while (at < end && finder.found.isEmpty()) {
      byte[] bytes =
          files.read(file.name(), at, (int) Math.min(LOOK, end - at)).orElse(new byte[0]);
      if (bytes.length == 0) {
        return Optional.empty();
      }
      buffer.append(bytes, 0, finder::accept);
      at += bytes.length;
    }
    return finder.found;
  }

  /** Skips the first line, which may have begun before. */
  private final class Finder {
    private Optional<Line> found = Optional.empty();
    private long next;
    private boolean cut = true;

    Finder(long from) {
      next = from;
    }

    void accept(byte[] line) {
      if (!cut && found.isEmpty()) {
        long begin = next;
        found = decoder.decode(line).map(entry -> new Line(begin, entry.timestamp()));
      }
      cut = false;
      next += line.length + 1L;
    }
  }
}
