package org.partitionproxy.replica;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;

/**
 * How one replica follows its shard.
 *
 * @param slot what the shard knows of it; empty if it has no slot or does not answer
 * @param errors and {@code conflicts}: since the replica's statistics began; conflicts are counted
 *     from PostgreSQL 18 on
 */
public record ReplicaStatus(
    String replica,
    String shard,
    State state,
    Optional<Slot> slot,
    long errors,
    Optional<Long> conflicts,
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
   * @param lagSeconds of the replica's last answer, while there is something under way
   * @param retainedBytes of WAL that can't be removed
   * @param limitBytes {@code max_slot_wal_keep_size}; empty without a limit
   */
  public record Slot(
      boolean active,
      String walStatus,
      long lagBytes,
      Optional<Double> lagSeconds,
      long retainedBytes,
      Optional<Long> limitBytes) {

    /** Whether more than half of what may be kept is. */
    public boolean isFilling() {
      return limitBytes.filter(limit -> limit > 0 && retainedBytes > limit / 2).isPresent();
    }
  }

  /** {@code copied} once its first copy is complete; before, {@code copying} or {@code waiting}. */
  public record TableState(String table, String state) {}

  public ReplicaStatus {
    tables = List.copyOf(tables);
    unreachable = List.copyOf(unreachable);
  }

  /** What somebody has to do something about, with how. */
  public Optional<Diagnostic> problem() {
    return switch (state) {
      case STOPPED ->
          Optional.of(
              Diagnostic.error(
                  Code.REPLICATION_STOPPED,
                  "replica \"" + replica + "\" does not follow shard \"" + shard + "\"",
                  "`ppp show-logs "
                      + replica
                      + "` says why. If a row is in the way there, `ppp replicas resync "
                      + replica
                      + " TABLE` copies its table once more; if a column or a table is missing,"
                      + " `ppp initialize --only replicas` makes it."));
      case LOST ->
          Optional.of(
              Diagnostic.error(
                  Code.REPLICATION_STOPPED,
                  "shard \""
                      + shard
                      + "\" does not have any more what replica \""
                      + replica
                      + "\" has not read yet",
                  "It was longer away than max_slot_wal_keep_size allows. `ppp initialize --only"
                      + " replicas` copies its tables once more."));
      default ->
          slot.filter(Slot::isFilling)
              .map(
                  full ->
                      Diagnostic.warning(
                          Code.REPLICATION_STOPPED,
                          "shard \"" + shard + "\" keeps much WAL for replica \"" + replica + "\"",
                          "Beyond max_slot_wal_keep_size it is thrown away, and the replica must be"
                              + " copied once more: have it catch up before."));
    };
  }
}
