package org.partitionproxy.replica;

import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.partitionproxy.inspect.WorkerFailure;

/**
 * What a replica failed with last, from its log. Keys are values of rows: shown to whoever may read
 * that log, and written nowhere.
 *
 * @param table the replica's, with its schema; of a first copy, without
 * @param key of the row that is in the way: {@code (id)=(8)}
 * @param lsn where the shard's transaction ends that could not be applied: what can be skipped
 * @param copying whether it was a table's first copy
 * @see <a href="https://www.postgresql.org/docs/18/logical-replication-conflicts.html">PostgreSQL,
 *     29.7 Conflicts</a>
 */
public record ReplicaFailure(
    Instant at,
    String message,
    Optional<String> table,
    Optional<String> key,
    Optional<String> lsn,
    boolean copying) {

  private static final Pattern TABLE =
      Pattern.compile("target relation \"(.+?)\"(?= |$)|^COPY (.+?)(?:, line|$)");
  private static final Pattern LSN = Pattern.compile("([0-9A-F]+/[0-9A-F]+)$");

  /**
   * {@code Key (id)=(8) already exists.}, and from 18 on {@code Key (id)=(8); existing local …}.
   */
  private static final Pattern KEY =
      Pattern.compile(
          "^Key (\\(.+?\\)=\\(.*?\\))(?: already exists\\.|; |\\.?$)", Pattern.MULTILINE);

  static ReplicaFailure of(WorkerFailure failure) {
    Matcher table = TABLE.matcher(failure.context());
    Optional<String> named =
        table.find()
            ? Optional.of(table.group(1) == null ? table.group(2) : table.group(1))
            : Optional.empty();
    return new ReplicaFailure(
        failure.at(),
        failure.message(),
        named,
        failure.detail().flatMap(detail -> first(KEY, detail)),
        first(LSN, failure.context().strip()),
        failure.copying());
  }

  private static Optional<String> first(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  /** In a line: {@code duplicate key value … "items_pkey" (table acme.items, key (id)=(8))}. */
  @Override
  public String toString() {
    StringBuilder more = new StringBuilder();
    table
        .filter(t -> !message.contains("\"" + t + "\""))
        .ifPresent(t -> more.append("table ").append(t));
    key.ifPresent(k -> more.append(more.isEmpty() ? "key " : ", key ").append(k));
    return message + (more.isEmpty() ? "" : " (" + more + ")");
  }
}
