package org.partitionproxy.replica;

import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.HostPort;
import org.partitionproxy.topology.ReplicaDefinition;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.Topology;

/**
 * What goes from a shard to one of its replicas.
 *
 * @param address where the replica reaches the shard
 * @param name of the publication and the slot on the shard and of the subscription on the replica
 * @param role as which the replica reads the shard
 * @param schemas of the shard's tenants
 * @param history the table of applied migrations, which is not copied
 */
public record Replication(
    ReplicaDefinition replica,
    ServerDefinition shard,
    HostPort address,
    Identifier name,
    Identifier role,
    SortedSet<Identifier> schemas,
    Identifier history) {

  private static final String PREFIX = "ppp_";

  public static Replication of(
      Topology topology, ReplicaDefinition replica, HostPort address, Identifier history) {
    TreeSet<Identifier> schemas = new TreeSet<>();
    topology.tenantsOf(replica.shard()).stream().map(Tenant::schema).forEach(schemas::add);
    return new Replication(
        replica,
        topology.findServer(replica.shard().value()).orElseThrow(),
        address,
        name(topology.name(), replica.name().value()),
        role(topology),
        schemas,
        history);
  }

  /** {@code bookstore_replication} */
  public static Identifier role(Topology topology) {
    return topology.replicationRole();
  }

  /**
   * Slots belong to a whole PostgreSQL server, which databases of several topologies may share, and
   * their names are of lower-case letters, digits and underscores.
   *
   * @see <a
   *     href="https://www.postgresql.org/docs/18/warm-standby.html#STREAMING-REPLICATION-SLOTS-MANIPULATION">PostgreSQL,
   *     26.2.6.1 Querying and Manipulating Replication Slots</a>
   */
  static Identifier name(String topology, String replica) {
    String whole = topology + "_" + replica;
    String plain = PREFIX + whole.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]", "_");
    boolean exact = plain.equals(PREFIX + whole) && plain.length() <= Identifier.MAX_BYTES;
    if (exact) {
      return Identifier.of(plain);
    }
    String mark = String.format(Locale.ROOT, "_%08x", whole.hashCode());
    int room = Identifier.MAX_BYTES - mark.length();
    return Identifier.of(plain.substring(0, Math.min(plain.length(), room)) + mark);
  }

  public ServerDefinition replicaServer() {
    return replica.server();
  }

  /** Whether a table that is no partition is to be copied. */
  Predicate<Identifier> wanted() {
    return table -> !table.equals(history) && replica.has(table);
  }
}
