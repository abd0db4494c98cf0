package org.partitionproxy.partition;

import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.TenantName;

/**
 * One thing that maintenance did, or would do, to one table.
 *
 * @param partition its name; of one that would be made, empty
 * @param lower where its range begins
 * @param upper where its range ends
 * @param rows that were moved out of the default partition; 0 of anything else
 */
public record Deed(
    ServerName shard,
    TenantName tenant,
    QualifiedName table,
    Kind kind,
    String partition,
    String lower,
    String upper,
    long rows) {

  /** What can be done. */
  public enum Kind {
    MAKE("make", "made"),
    DRAIN("drain", "drained"),
    FINALIZE("finish detaching", "finished detaching"),
    DETACH("detach", "detached"),
    DROP("drop", "dropped"),
    MOVE("move", "moved");

    private final String plan;
    private final String done;

    Kind(String plan, String done) {
      this.plan = plan;
      this.done = done;
    }

    /** As in "would make". */
    public String plan() {
      return plan;
    }

    /** As in "made". */
    @Override
    public String toString() {
      return done;
    }
  }

  static Deed of(PartitionedTable table, Kind kind, String partition, PartitionRange range) {
    return of(table, kind, partition, range.lower(), range.upper(), 0);
  }

  static Deed of(
      PartitionedTable table, Kind kind, String partition, String lower, String upper, long rows) {
    return new Deed(
        table.shard(), table.tenant(), table.name(), kind, partition, lower, upper, rows);
  }
}
