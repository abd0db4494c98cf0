package org.partitionproxy.topology;

import java.util.Locale;

/** What a server is for. */
public enum ServerPart {

  /** Shows the tenants of all shards. */
  VENEER,

  /** Holds the tenants' data. */
  SHARD,

  /** Holds copies of a shard's tables, which PostgreSQL keeps up to date. */
  REPLICA;

  /**
   * {@code shard "shard1"}, {@code veneer "east"}, or {@code the veneer} where that is its name.
   */
  String title(String name) {
    return this == VENEER && name.equals(ServerName.VENEER.value())
        ? "the veneer"
        : this + " \"" + name + "\"";
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
