package org.partitionproxy.ledger;

import org.partitionproxy.sql.SqlResource;

/**
 * What makes partitions on a shard, and knows the calendar: the same for ppp and for schedulers of
 * the server's own.
 */
public final class PartitionFunctions {

  /** Idempotent; the ledger must be there. */
  public static final SqlResource SQL =
      SqlResource.load("/org/partitionproxy/ledger/partitions.sql");

  private PartitionFunctions() {}
}
