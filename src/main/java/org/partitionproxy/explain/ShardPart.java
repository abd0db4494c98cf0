package org.partitionproxy.explain;

import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What a shard is asked, and how it does it.
 *
 * @param server the shard, as shards.yaml calls it
 * @param role at the shard; empty where the catalogs don't tell
 * @param sql as postgres_fdw sends it; {@code $1} stands for what the veneer fills in
 * @param ran whether the shard ran it for its figures, by itself, after the veneer had run its part
 * @param plan empty where {@code missing} says why
 * @param missing why there is no plan, or none with the figures that were asked for
 */
public record ShardPart(
    String server,
    Optional<String> role,
    String sql,
    boolean ran,
    Optional<PlanStep> plan,
    Optional<String> missing) {

  static ShardPart missing(String server, Optional<String> role, String sql, String why) {
    return new ShardPart(server, role, sql, false, Optional.empty(), Optional.of(why));
  }

  ShardPart withTexts(UnaryOperator<String> change) {
    return new ShardPart(
        server, role, change.apply(sql), ran, plan.map(p -> p.withTexts(change)), missing);
  }
}
