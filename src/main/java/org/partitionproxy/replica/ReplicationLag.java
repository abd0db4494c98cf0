package org.partitionproxy.replica;

import org.partitionproxy.sql.SqlResource;

/** View {@code ppp.replication_lag} of a replica, which anybody there may read. */
public final class ReplicationLag {

  /** Idempotent; the ledger must be there. */
  public static final SqlResource SQL =
      SqlResource.load("/org/partitionproxy/replica/replication_lag.sql");

  private ReplicationLag() {}
}
