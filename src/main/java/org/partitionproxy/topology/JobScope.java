package org.partitionproxy.topology;

import java.util.Locale;

/** Where a job runs. */
public enum JobScope {
  /** Once for each tenant, in its schema and with its rights. */
  TENANTS,
  /** Once on each shard, with the rights of the role that owns the tenants' tables. */
  SHARDS;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
