package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.state.Acl;
import org.partitionproxy.state.ForeignServer;
import org.partitionproxy.state.UserMapping;
import org.partitionproxy.topology.HostPort;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Topology;

/** A veneer's way to what it shows: the shards, and the replicas that give reads. */
final class Wires {

  private final Topology topology;
  private final VeneerRoute route;

  Wires(Topology topology, VeneerRoute route) {
    this.topology = topology;
    this.route = route;
  }

  List<ForeignServer> servers() {
    return topology.shown().stream().map(this::server).toList();
  }

  /** The role that may read everyone's tables there, if that is wanted. */
  List<Identifier> reader(ServerDefinition server) {
    return topology.everyone() && !server.isReplica() ? List.of(topology.readerRole()) : List.of();
  }

  /** Whether it leads to a replica, or did. */
  static boolean isReadOnly(ForeignServer server) {
    return Stream.of("updatable", "truncatable")
        .allMatch(option -> "false".equals(server.options().get(option)));
  }

  /**
   * Only the owner of the foreign tables may use the server: whoever may, can read the password in
   * its own mapping.
   *
   * @see <a href="https://www.postgresql.org/docs/18/postgres-fdw.html">F.38 postgres_fdw</a>
   */
  private ForeignServer server(ServerDefinition shard) {
    HostPort address = route.address(shard);
    SortedMap<String, String> options = new TreeMap<>();
    options.put("host", address.host());
    options.put("port", Integer.toString(address.port()));
    options.put("dbname", shard.database().value());
    options.put("application_name", "ppp:%c");
    options.put("fetch_size", "10000");
    options.put("batch_size", "1000");
    options.put("async_capable", "true");
    options.put("keep_connections", "on");
    options.put("connect_timeout", "5");
    options.put("keepalives_idle", "30");
    options.put("keepalives_interval", "10");
    options.put("keepalives_count", "3");
    // It passes twice where a connection is found dead and made anew: on PostgreSQL 18 postgres_fdw
    // waits that long for a new connection, whatever connect_timeout says.
    options.put("tcp_user_timeout", "20000");
    options.put("sslmode", shard.sslMode().toString());
    if (shard.isReplica()) {
      options.put("updatable", "false");
      options.put("truncatable", "false");
      // Nobody analyzes these foreign tables; the replica knows its tables itself.
      options.put("use_remote_estimate", "true");
    }
    options.putAll(shard.options());
    return new ForeignServer(name(shard), options, Acl.of(topology.mirrorRole(), "USAGE"));
  }

  List<UserMapping> mappings() {
    List<UserMapping> mappings = new ArrayList<>();
    for (ServerDefinition shard : topology.shown()) {
      // ANALYZE, and views of this owner, read as whoever owns the tables at the shard.
      mappings.add(mapping(shard, topology.mirrorRole(), topology.adminRole()));
      mappings.add(mapping(shard, topology.adminRole()));
      mappings.add(mapping(shard, topology.appRole()));
      reader(shard).forEach(role -> mappings.add(mapping(shard, role)));
      topology.tenantsOn(shard).forEach(t -> mappings.add(mapping(shard, t.role())));
    }
    return mappings;
  }

  private static UserMapping mapping(ServerDefinition shard, Identifier role) {
    return mapping(shard, role, role);
  }

  private static UserMapping mapping(
      ServerDefinition shard, Identifier role, Identifier remoteRole) {
    return new UserMapping(new UserMapping.Key(name(shard), role), remoteRole);
  }

  /** The name of a shard's foreign server. */
  static Identifier name(ServerDefinition shard) {
    return Identifier.of(shard.name().value());
  }
}
