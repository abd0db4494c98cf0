package org.partitionproxy.topology;

import java.util.List;
import org.partitionproxy.sql.Identifier;

/**
 * A PostgreSQL server with copies of a shard's tables.
 *
 * @param server where it is; its {@linkplain ServerDefinition#part() part} is a replica's
 * @param shard whose tenants it has
 * @param tables the tables that it has of each tenant, in the file's order; empty for all
 * @param reads whether the veneer shows what it has, as {@link Tenant#replicaSchema}; of a shard's
 *     replicas at most one does
 */
public record ReplicaDefinition(
    ServerDefinition server,
    ServerName shard,
    ReplicaKind kind,
    List<Identifier> tables,
    boolean reads) {

  public ReplicaDefinition {
    tables = List.copyOf(tables);
    if (!server.isReplica()) {
      throw new IllegalArgumentException("no replica: " + server.name());
    }
  }

  public ServerName name() {
    return server.name();
  }

  /** Whether a table of a tenant, named without its schema, is to be on it. */
  public boolean has(Identifier table) {
    return tables.isEmpty() || tables.contains(table);
  }
}
