package org.partitionproxy.topology;

import java.util.List;
import java.util.Optional;
import org.partitionproxy.sql.Identifier;

/**
 * How the partitions of one table are cared for, in the schema of one tenant, or of each that has
 * the table.
 *
 * @param key the column by whose ranges the table is partitioned
 * @param every the length of a range
 * @param encoding of a key of integers; of others it says nothing
 * @param zone in which days and longer ranges begin, and which a time without zone is of
 * @param ahead how many partitions stand ready after the present one, at least 1
 * @param keep how long partitions stay; for good where it is empty
 * @param naming of new partitions, with <code>{start}</code> and mostly <code>{table}</code> in it
 * @param comments whether a new partition has its parent's
 * @param each SQL for what a parent can't pass on, with <code>{partition}</code> in it
 * @param schedule for shards with pg_cron
 */
public record PartitionPolicy(
    Identifier table,
    Identifier key,
    RangeLength every,
    KeyEncoding encoding,
    String zone,
    int ahead,
    Optional<RangeLength> keep,
    Retirement retirement,
    String naming,
    boolean comments,
    List<String> each,
    Optional<PartitionSchedule> schedule) {

  /** Where shards.yaml doesn't say. */
  public static final String DEFAULT_ZONE = "UTC";

  public static final String DEFAULT_NAMING = "{table}_{start}";

  public static final int DEFAULT_AHEAD = 6;

  public PartitionPolicy {
    each = List.copyOf(each);
  }
}
