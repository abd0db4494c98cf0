package org.partitionproxy.inspect;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.partitionproxy.db.Session;

/**
 * Finds in a server's log why a subscription does not go on. No catalog tells: a worker that fails
 * writes it into the log, ends, and another one tries again.
 *
 * @see <a href="https://www.postgresql.org/docs/18/logical-replication-conflicts.html">PostgreSQL,
 *     29.7 Conflicts</a>
 */
public final class SubscriptionLog {

  /** A worker that fails does so every few seconds: it is not far from the end. */
  private static final long READ_BYTES = 16L << 20;

  /** Only the server itself writes this field: nobody who can log in has lines with it. */
  private static final String OF_WORKERS = "logical replication";

  private static final String FIELD = "\"backend_type\":\"" + OF_WORKERS;

  /** {@code admin_shutdown}: how a worker of a subscription that is paused ends. */
  private static final String ENDED = "57P01";

  private final LogFiles files;
  private final LogDecoder decoder;
  private final Pattern named;
  private final Map<String, WorkerFailure> unnamed = new HashMap<>();

  private SubscriptionLog(Session session, String timezone, String subscription) {
    this.files = new LogFiles(session);
    this.decoder = new LogDecoder(new LogClock(timezone));
    this.named = Pattern.compile("(?<!\\w)" + Pattern.quote(subscription) + "(?!\\w)");
  }

  /**
   * The newest failure of that kind, if there is one in the newest 16 MiB.
   *
   * @throws org.partitionproxy.diagnostic.PppException if the server keeps no log that can be read
   */
  public static Optional<WorkerFailure> newest(
      Session session, String subscription, Predicate<WorkerFailure> wanted) {
    LogSettings settings = LogSettings.read(session);
    settings.requireReadable(session.server());
    return new SubscriptionLog(session, settings.timezone(), subscription).newest(wanted);
  }

  private Optional<WorkerFailure> newest(Predicate<WorkerFailure> wanted) {
    List<LogFile> listing = new ArrayList<>(files.list());
    long left = READ_BYTES;
    for (int i = listing.size() - 1; i >= 0 && left > 0; i--) {
      BackwardLines lines = new BackwardLines(files, listing.get(i), LogFiles.BLOCK);
      Optional<byte[]> line = lines.next();
      while (line.isPresent() && left > 0) {
        left -= line.get().length + 1L;
        Optional<WorkerFailure> found = look(line.get()).filter(wanted);
        if (found.isPresent()) {
          return found;
        }
        line = lines.next();
      }
    }
    return Optional.empty();
  }

  /** Read backward, a worker's failure comes first, and then the line that says whose it is. */
  private Optional<WorkerFailure> look(byte[] line) {
    String text = new String(line, StandardCharsets.UTF_8);
    if (!text.contains(FIELD)) {
      return Optional.empty();
    }
    Map<String, String> fields = decoder.plainFields(text);
    if (!fields.getOrDefault("backend_type", "").startsWith(OF_WORKERS)) {
      return Optional.empty();
    }
    String worker = fields.getOrDefault("session_id", "");
    String severity = fields.getOrDefault("error_severity", "");
    if (severity.equals("ERROR") || severity.equals("FATAL")) {
      if (!fields.getOrDefault("state_code", "").equals(ENDED)) {
        decoder.failure(fields).ifPresent(failure -> unnamed.putIfAbsent(worker, failure));
      }
      return Optional.empty();
    }
    String message = fields.getOrDefault("message", "");
    return named.matcher(message).find()
        ? Optional.ofNullable(unnamed.remove(worker)).map(f -> f.of(message))
        : Optional.empty();
  }
}
