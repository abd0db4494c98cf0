package org.partitionproxy.migrate;

import java.util.ArrayList;
import java.util.List;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Tenant;

/**
 * A shard that could not be used.
 *
 * @param tenants whose migrations did not run or were not even looked for
 */
public record UnreachableShard(ServerName shard, List<Tenant> tenants, Diagnostic reason) {

  public UnreachableShard {
    tenants = List.copyOf(tenants);
  }

  UnreachableShard and(UnreachableShard more) {
    List<Tenant> all = new ArrayList<>(tenants);
    all.addAll(more.tenants);
    return new UnreachableShard(shard, all, reason);
  }
}
