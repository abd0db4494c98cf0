package org.partitionproxy.ledger;

import org.partitionproxy.sql.SqlResource;

/** What a shard remembers of the jobs that ppp runs there. */
public final class JobTables {

  /** Idempotent; the ledger must be there. */
  public static final SqlResource SQL = SqlResource.load("/org/partitionproxy/ledger/jobs.sql");

  private JobTables() {}
}
