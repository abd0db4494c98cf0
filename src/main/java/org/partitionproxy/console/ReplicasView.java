package org.partitionproxy.console;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.partitionproxy.replica.ReplicaStatus;
import org.partitionproxy.replica.Verification;

/** How replicas fare. */
public final class ReplicasView {

  private ReplicasView() {}

  /** A line a replica. */
  public static String render(List<ReplicaStatus> all) {
    Table table =
        new Table()
            .column("replica")
            .column("shard")
            .column("state")
            .numbers("copied")
            .numbers("lag")
            .numbers("seconds")
            .numbers("wal kept")
            .numbers("limit")
            .numbers("errors")
            .numbers("conflicts");
    for (ReplicaStatus one : all) {
      Optional<ReplicaStatus.Slot> slot = one.slot();
      long copied = one.tables().stream().filter(t -> t.state().equals("copied")).count();
      table.row(
          one.replica(),
          one.shard(),
          one.state(),
          copied + "/" + one.tables().size(),
          slot.map(s -> Sizes.compact(s.lagBytes())),
          one.lagSeconds().map(s -> String.format(Locale.ROOT, "%.1f", s)),
          slot.map(s -> Sizes.compact(s.retainedBytes())),
          slot.flatMap(ReplicaStatus.Slot::limitBytes).map(Sizes::compact),
          one.errors(),
          one.conflicts());
    }
    return table.render() + pending(all);
  }

  private static String pending(List<ReplicaStatus> all) {
    StringBuilder lines = new StringBuilder();
    for (ReplicaStatus one : all) {
      one.tables().stream()
          .filter(t -> !t.state().equals("copied"))
          .forEach(
              t ->
                  lines
                      .append(one.replica())
                      .append(": ")
                      .append(t.table())
                      .append(" is ")
                      .append(t.state())
                      .append('\n'));
    }
    return lines.toString();
  }

  public static String json(List<ReplicaStatus> all) {
    return Json.pretty(all);
  }

  /** A line a table. */
  public static String compared(List<Verification.Compared> compared) {
    Table table =
        new Table().column("table").numbers("shard").numbers("replica").column("rows are");
    for (Verification.Compared one : compared) {
      table.row(
          one.table(),
          one.rowsOnShard(),
          one.rowsOnReplica(),
          one.same() ? "the same" : "different");
    }
    return table.render();
  }

  public static String jsonOf(List<Verification.Compared> compared) {
    return Json.pretty(compared);
  }
}
