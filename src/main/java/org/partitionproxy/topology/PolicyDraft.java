package org.partitionproxy.topology;

import java.util.List;
import java.util.Optional;
import org.partitionproxy.sql.Identifier;

/**
 * A {@link PartitionPolicy} as far as it could be read: what must be there and is not was reported.
 */
record PolicyDraft(
    Optional<Identifier> table,
    Optional<Placed<Identifier>> key,
    Optional<Placed<RangeLength>> every,
    Optional<Placed<KeyEncoding>> encoding,
    Optional<Placed<String>> zone,
    Optional<Placed<Integer>> ahead,
    Optional<Placed<RangeLength>> keep,
    Optional<Placed<Retirement>> retirement,
    Optional<Placed<String>> naming,
    Optional<Placed<Switch>> comments,
    Optional<List<String>> each,
    Optional<Placed<PartitionSchedule>> schedule) {

  /** To be called only when nothing was reported. */
  PartitionPolicy toPolicy() {
    return new PartitionPolicy(
        table.orElseThrow(),
        key.orElseThrow().value(),
        every.orElseThrow().value(),
        Placed.valueOf(encoding).orElse(KeyEncoding.NUMBER),
        Placed.valueOf(zone).orElse(PartitionPolicy.DEFAULT_ZONE),
        Placed.valueOf(ahead).orElse(PartitionPolicy.DEFAULT_AHEAD),
        Placed.valueOf(keep),
        Placed.valueOf(retirement).orElse(new Retirement.Detach()),
        Placed.valueOf(naming).orElse(PartitionPolicy.DEFAULT_NAMING),
        Placed.valueOf(comments).map(on -> on == Switch.TRUE).orElse(false),
        each.orElse(List.of()),
        Placed.valueOf(schedule));
  }
}
