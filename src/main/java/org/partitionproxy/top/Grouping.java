package org.partitionproxy.top;

import java.util.Locale;

/** What traces are added up by. */
public enum Grouping {
  /** By tenant, by the shards that were asked, and by query. */
  QUERY,
  TENANT,
  /** By each shard that was asked. */
  SHARD;

  /** The one after this; after the last, the first. */
  public Grouping next() {
    return switch (this) {
      case QUERY -> TENANT;
      case TENANT -> SHARD;
      case SHARD -> QUERY;
    };
  }

  /** In lower case, as it is given and shown. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
