package org.partitionproxy.replica;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;

/** What somebody has to do something about, with how. */
final class ReplicaProblems {

  private static final String COLUMNS =
      "If a column or a table is missing, `ppp initialize --only replicas` makes it.";

  private final ReplicaStatus status;

  private ReplicaProblems(ReplicaStatus status) {
    this.status = status;
  }

  static List<Diagnostic> of(ReplicaStatus status) {
    ReplicaProblems problems = new ReplicaProblems(status);
    List<Diagnostic> all = new ArrayList<>();
    switch (status.state()) {
      case STOPPED -> all.add(problems.stopped());
      case LOST -> all.add(problems.lost());
      default -> {}
    }
    status
        .slot()
        .flatMap(slot -> slot.filling(status.shard(), status.replica()))
        .ifPresent(
            words ->
                all.add(
                    Diagnostic.warning(
                        Code.REPLICATION_STOPPED,
                        words,
                        "Beyond that, what the replica has not read is thrown away, and it must be"
                            + " copied once more: have it catch up before, or raise"
                            + " max_slot_wal_keep_size (a reload is enough).")));
    return all;
  }

  private Diagnostic stopped() {
    String summary =
        "replica \"" + status.replica() + "\" does not follow shard \"" + status.shard() + "\"";
    return Diagnostic.error(
        Code.REPLICATION_STOPPED,
        summary + status.failure().map(failure -> ": " + failure).orElse(""),
        status.failure().map(this::mend).orElseGet(this::look));
  }

  private String mend(ReplicaFailure failure) {
    if (failure.key().isEmpty()) {
      return COLUMNS + " `ppp show-logs " + status.replica() + " --all --errors` shows more.";
    }
    String table = failure.table().map(t -> t.substring(t.lastIndexOf('.') + 1)).orElse("TABLE");
    return "A row is in the way there: delete it, or copy the table once more by `ppp replicas"
        + " resync "
        + status.replica()
        + " "
        + table
        + "`"
        + (failure.lsn().isPresent()
            ? ", or have the replica do without that transaction by `ppp replicas skip "
                + status.replica()
                + "`."
            : ".");
  }

  private String look() {
    String row =
        " If a row is in the way there, `ppp replicas resync "
            + status.replica()
            + " TABLE` copies its table once more. "
            + COLUMNS;
    Optional<String> why = status.unread();
    return why.map(w -> "Its log, which would say why, can't be read: " + w + ".")
            .orElse("`ppp show-logs " + status.replica() + " --all --errors` may say why.")
        + row;
  }

  private Diagnostic lost() {
    return Diagnostic.error(
        Code.REPLICATION_STOPPED,
        "shard \""
            + status.shard()
            + "\" does not have any more what replica \""
            + status.replica()
            + "\" has not read yet",
        (status.slot().isPresent()
                ? "It was longer away than max_slot_wal_keep_size allows."
                : "Its slot is gone.")
            + " `ppp initialize --only replicas` copies its tables once more.");
  }
}
