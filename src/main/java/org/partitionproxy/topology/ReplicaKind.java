package org.partitionproxy.topology;

import java.util.Locale;

/** How a replica follows its shard. */
public enum ReplicaKind {

  /** By rows: PostgreSQL's publications and subscriptions. */
  LOGICAL;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
