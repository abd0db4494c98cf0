package org.partitionproxy.ledger;

import java.util.List;
import org.partitionproxy.sql.SqlResource;

/**
 * What makes partitions on a shard, and knows the calendar: the same for ppp and for schedulers of
 * the server's own.
 */
public final class PartitionFunctions {

  /** Idempotent; the ledger must be there. */
  public static final SqlResource SQL =
      SqlResource.load("/org/partitionproxy/ledger/partitions.sql");

  /** What there is and what there should be; idempotent, after {@link #SQL}. */
  public static final SqlResource WORK =
      SqlResource.load("/org/partitionproxy/ledger/partition_work.sql");

  /** For a scheduler of the server's own; idempotent, and after the other. */
  public static final SqlResource JOB =
      SqlResource.load("/org/partitionproxy/ledger/partition_job.sql");

  /** All of it, in its order. */
  public static final List<SqlResource> ALL = List.of(SQL, WORK, JOB);

  private PartitionFunctions() {}
}
