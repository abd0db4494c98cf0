package org.partitionproxy.top;

import java.util.List;
import java.util.Optional;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.TenantName;

/**
 * Traces that have something in common.
 *
 * @param tenant empty where traces are grouped by shard, and for statements of no single tenant
 * @param shards sorted; empty where traces are grouped by tenant, and for statements that asked
 *     none
 * @param query where traces are grouped by query
 */
public record Group(
    Optional<TenantName> tenant, List<ServerName> shards, Optional<Query> query, Figures figures) {

  Group plus(Figures more) {
    return new Group(tenant, shards, query, figures.plus(more));
  }
}
