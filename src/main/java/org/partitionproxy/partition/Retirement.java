package org.partitionproxy.partition;

import java.util.Set;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.ShortLock;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.sql.QualifiedName;

/**
 * Takes old partitions away from one shard's tables: noted, detached, and then disposed of, so that
 * the next run finishes what was interrupted. What is pending is finalized before anything else.
 */
final class Retirement {

  private final Report report;
  private final RetiredNotes notes;
  private final Detachment detachment;
  private final Disposal disposal;

  /**
   * @param retiring tables whose partitions are retired
   */
  Retirement(Session session, ShortLock locks, Report report, Set<QualifiedName> retiring) {
    this.report = report;
    this.notes = new RetiredNotes(session);
    this.detachment = new Detachment(session, locks, report);
    this.disposal = new Disposal(session, locks, report, retiring);
  }

  void forgetStaleNotes(PartitionedTable table) {
    notes.forgetStale(table);
  }

  boolean finalizePending(PartitionedTable table, Partition pending) {
    return report.guard(
        table,
        Code.PARTITION_NOT_RETIRED,
        "finish detaching \"" + pending.name() + "\" from",
        () -> {
          detachment.finalizePending(table, pending);
          report.done(deed(table, Deed.Kind.FINALIZE, pending));
          return true;
        });
  }

  boolean retire(PartitionedTable table, Partition partition, Horizon wanted) {
    return report.guard(
        table,
        Code.PARTITION_NOT_RETIRED,
        "retire partition \"" + partition.name() + "\" of",
        () -> {
          notes.note(table, partition, wanted);
          boolean gone = false;
          try {
            gone = detachment.detach(table, partition);
          } finally {
            if (!gone) {
              notes.forgetStale(table);
            }
          }
          if (gone) {
            dispose(table, partition, wanted);
          }
          return gone;
        });
  }

  /** What comes after detaching; also for tables that an interrupted run detached. */
  boolean finish(PartitionedTable table, Leftover left) {
    return report.guard(
        table,
        Code.PARTITION_NOT_RETIRED,
        "retire \"" + left.name() + "\", which was a partition of",
        () -> {
          PartitionRange range =
              new PartitionRange(left.lower(), left.upper(), PartitionRange.BEGINNING, left.to());
          disposal.dispose(table, left.name(), range, left.retire());
          return true;
        });
  }

  /** Of a partition whose detaching has just been ended. */
  boolean finish(PartitionedTable table, Partition partition, Horizon wanted) {
    return report.guard(
        table,
        Code.PARTITION_NOT_RETIRED,
        "retire \"" + partition.name() + "\", which was a partition of",
        () -> {
          notes.note(table, partition, wanted);
          dispose(table, partition, wanted);
          return true;
        });
  }

  private void dispose(PartitionedTable table, Partition partition, Horizon wanted) {
    disposal.dispose(table, partition.name(), partition.range().orElseThrow(), wanted.retire());
  }

  static Deed deed(PartitionedTable table, Deed.Kind kind, Partition partition) {
    return Deed.of(table, kind, partition.name().name().value(), partition.range().orElseThrow());
  }

  /** What would be done with it. */
  static Deed.Kind kind(String retire) {
    return switch (retire) {
      case "drop" -> Deed.Kind.DROP;
      case "detach" -> Deed.Kind.DETACH;
      default -> Deed.Kind.MOVE;
    };
  }
}
