package org.partitionproxy.replica;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.partitionproxy.diagnostic.Diagnostic;

/**
 * How one replica follows its shard.
 *
 * @param slot what the shard knows of it; empty if it has no slot or does not answer
 * @param errors and {@code conflicts}: since the replica's statistics began; conflicts are counted
 *     from PostgreSQL 18 on
 * @param lagSeconds how long ago the replica had all that the shard had, at most, as {@code
 *     ppp.replication_lag} there tells; empty if that is not known
 * @param failure the last one, of a replica that is stopped
 * @param unread why the log that would tell it could not be read
 */
public record ReplicaStatus(
    String replica,
    String shard,
    State state,
    Optional<Slot> slot,
    Optional<Double> lagSeconds,
    long errors,
    Optional<Long> conflicts,
    Optional<ReplicaFailure> failure,
    Optional<String> unread,
    List<TableState> tables,
    List<Diagnostic> unreachable) {

  /** What it does. */
  public enum State {
    /** Nothing of it is there yet. */
    MISSING,
    COPYING,
    FOLLOWING,
    PAUSED,
    /** It tries again and again, and fails. */
    STOPPED,
    /** The shard has thrown away what it had not read yet. */
    LOST,
    UNKNOWN;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What the shard keeps for it.
   *
   * @param active whether somebody reads from it
   * @param walStatus {@code reserved}, {@code extended}, {@code unreserved}, {@code lost}
   * @param lagBytes written, and not confirmed by the replica
   * @param retainedBytes of WAL that can't be removed
   * @param limitBytes {@code max_slot_wal_keep_size}; empty without a limit
   */
  public record Slot(
      boolean active,
      String walStatus,
      long lagBytes,
      long retainedBytes,
      Optional<Long> limitBytes) {

    /** Of more than half of what may be kept, in words. */
    public Optional<String> filling(String shard, String replica) {
      return limitBytes
          .filter(limit -> limit > 0 && retainedBytes > limit / 2)
          .map(
              limit ->
                  "shard \"%s\" keeps %d MB of WAL for replica \"%s\", and may keep %d MB"
                      .formatted(shard, retainedBytes >> 20, replica, limit >> 20));
    }

    /** Whether what the replica has not read yet is gone. */
    public boolean isLost() {
      return walStatus.equals("lost");
    }
  }

  /** {@code copied} once its first copy is complete; before, {@code copying} or {@code waiting}. */
  public record TableState(String table, String state) {}

  public ReplicaStatus {
    tables = List.copyOf(tables);
    unreachable = List.copyOf(unreachable);
  }

  /** What somebody has to do something about, with how. */
  public List<Diagnostic> problems() {
    return ReplicaProblems.of(this);
  }
}
