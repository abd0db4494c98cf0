package org.partitionproxy.inspect;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.partitionproxy.db.Session;
import org.partitionproxy.diagnostic.Diagnostic;

/** Reads one server's log over one session, whose own statements it keeps out of that log. */
final class LogReader {

  /**
   * Lines stand in the order in which they reached the server's logger, a little off that of their
   * timestamps.
   */
  private static final Duration DISORDER = Duration.ofSeconds(10);

  private final LogFiles files;
  private final LogDecoder decoder;
  private final LogQuery query;
  private final LogTally tally;
  private final List<Diagnostic> warnings;

  private LogReader(
      LogFiles files,
      LogDecoder decoder,
      LogQuery query,
      LogTally tally,
      List<Diagnostic> warnings) {
    this.files = files;
    this.decoder = decoder;
    this.query = query;
    this.tally = tally;
    this.warnings = List.copyOf(warnings);
  }

  /**
   * @throws org.partitionproxy.diagnostic.PppException if the server keeps no log that can be read
   */
  static LogReader open(Session session, LogQuery query, LogTally tally) {
    LogSettings settings = LogSettings.read(session);
    settings.requireReadable(session.server());
    LogSettings.keepQuiet(session);
    return new LogReader(
        new LogFiles(session),
        new LogDecoder(new LogClock(settings.timezone())),
        query,
        tally,
        settings.warnings(session.server()));
  }

  /** What may be missing in the log, by the server's settings. */
  List<Diagnostic> warnings() {
    return warnings;
  }

  LogFiles files() {
    return files;
  }

  /** The newest entries that are asked for, and where to go on. */
  LogPage newest() {
    List<LogFile> listing = new ArrayList<>(files.list());
    List<LogEntry> newestFirst = new ArrayList<>();
    Optional<Long> end = Optional.empty();
    boolean more = query.limit() > 0;
    for (int i = listing.size() - 1; i >= 0 && (more || end.isEmpty()); i--) {
      BackwardLines lines = new BackwardLines(files, listing.get(i), LogFiles.BLOCK);
      more = readBackward(listing.get(i), lines, newestFirst, more);
      if (end.isEmpty()) {
        end = Optional.of(lines.end());
      }
      tally.addTooLong(lines.tooLong());
    }
    Collections.reverse(newestFirst);
    LogFollower follower = LogFollower.after(listing, end.orElse(0L));
    return new LogPage(newestFirst, follower);
  }

  /** Goes on from the first line since then, or a little before it. */
  LogFollower since(Instant time) {
    return new LogStart(files, decoder).follower(time.minus(DISORDER));
  }

  /** Returns whether older lines may be asked for too. */
  private boolean readBackward(
      LogFile file, BackwardLines lines, List<LogEntry> newestFirst, boolean wanted) {
    Optional<Instant> oldest = query.since().map(since -> since.minus(DISORDER));
    if (oldest.isPresent() && file.modification().isBefore(oldest.get())) {
      lines.next();
      return false;
    }
    for (Optional<byte[]> line = lines.next(); line.isPresent(); line = lines.next()) {
      if (!wanted) {
        return false;
      }
      Optional<LogEntry> entry = decode(line.get());
      if (entry.isPresent()) {
        if (oldest.isPresent() && entry.get().timestamp().isBefore(oldest.get())) {
          return false;
        }
        if (isShown(entry.get())) {
          newestFirst.add(entry.get());
          if (newestFirst.size() == query.limit()) {
            tally.setLimited();
            return false;
          }
        }
      }
    }
    return wanted;
  }

  /** The entry of a line, if it is one and is asked for. */
  Optional<LogEntry> accept(byte[] line) {
    return decode(line).filter(this::isShown);
  }

  private Optional<LogEntry> decode(byte[] line) {
    Optional<LogEntry> entry = line.length == 0 ? Optional.empty() : decoder.decode(line);
    if (entry.isEmpty() && line.length > 0) {
      tally.countUnreadable();
    }
    return entry;
  }

  private boolean isShown(LogEntry entry) {
    LogQuery.Verdict verdict = query.judge(entry);
    if (verdict == LogQuery.Verdict.LEFT_OUT) {
      tally.countLeftOut();
    }
    return verdict == LogQuery.Verdict.SHOWN;
  }

  LogTally tally() {
    return tally;
  }
}
