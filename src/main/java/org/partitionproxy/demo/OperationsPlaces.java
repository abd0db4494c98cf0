package org.partitionproxy.demo;

import org.partitionproxy.replica.Replication;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.Topology;

/** Where the example has its operations: of its one tenant, whose shard has one replica. */
public record OperationsPlaces(Topology topology, Replication replication) {

  public Tenant tenant() {
    return topology.tenants().get(0);
  }

  public ServerDefinition shard() {
    return replication.shard();
  }

  public ServerDefinition replica() {
    return replication.replicaServer();
  }

  public QualifiedName operations() {
    return named("operations");
  }

  QualifiedName rollup() {
    return named(topology.rollups().get(0).view().value());
  }

  public QualifiedName generator() {
    return named("generate_operations");
  }

  private QualifiedName named(String name) {
    return new QualifiedName(tenant().schema(), Identifier.of(name));
  }
}
