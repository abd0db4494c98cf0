package org.partitionproxy.top;

import java.time.Duration;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.TenantName;
import org.partitionproxy.trace.Trace;

/**
 * What was shipped and returned in some time.
 *
 * @param time how long that was
 * @param tenants those of which a statement was seen
 * @param shards those that were asked
 */
public record Traffic(
    Duration time, SortedMap<TenantName, Figures> tenants, SortedMap<ServerName, Figures> shards) {

  public Traffic {
    tenants = Collections.unmodifiableSortedMap(new TreeMap<>(tenants));
    shards = Collections.unmodifiableSortedMap(new TreeMap<>(shards));
  }

  /** Nothing yet. */
  public static Traffic none(Duration time) {
    return new Traffic(time, new TreeMap<>(), new TreeMap<>());
  }

  public Traffic plus(Iterable<Trace> traces) {
    SortedMap<TenantName, Figures> byTenant = new TreeMap<>(tenants);
    SortedMap<ServerName, Figures> byShard = new TreeMap<>(shards);
    for (Trace trace : traces) {
      trace.tenant().ifPresent(t -> byTenant.merge(t, Figures.of(trace), Figures::plus));
      trace.shards().forEach(s -> byShard.merge(s, Figures.of(trace, s), Figures::plus));
    }
    return new Traffic(time, byTenant, byShard);
  }

  /** A statement that asked a shard which is away looks as if it had asked others alone. */
  public Traffic withoutShards() {
    return new Traffic(time, tenants, new TreeMap<>());
  }
}
