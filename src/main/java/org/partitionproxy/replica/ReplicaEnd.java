package org.partitionproxy.replica;

import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.state.UserType;

/**
 * A replica as far as its replication needs it.
 *
 * @param system which PostgreSQL server it is, as its slots on the shard are named
 * @param tables of the tenants' schemas, with their partitions
 * @param made the tables, by their names as text, that ppp made
 */
public record ReplicaEnd(
    String system,
    SortedMap<QualifiedName, CopiedTable> tables,
    SortedSet<String> made,
    SortedMap<QualifiedName, UserType> types,
    SortedSet<Identifier> extensions,
    Optional<Subscription> subscription) {

  /**
   * What the replica asks of the shard.
   *
   * @param slot empty where a DROP was interrupted
   * @param connection to the shard, without its password
   * @param tables that it follows
   */
  public record Subscription(
      boolean enabled, Optional<String> slot, String connection, SortedSet<QualifiedName> tables) {}
}
