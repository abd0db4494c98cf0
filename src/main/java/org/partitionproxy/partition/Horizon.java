package org.partitionproxy.partition;

import java.math.BigDecimal;
import java.util.Optional;

/**
 * What a policy wants of its table now. Positions are those of {@link PartitionRange}.
 *
 * @param ahead how many ranges after the present one should be there
 * @param until the end of the last of them
 * @param keptSince partitions that end before it are retired; nothing is, where it is missing
 * @param keptFrom the start of the range that holds {@code keptSince}
 * @param retire detach, drop, or schema:NAME
 */
public record Horizon(
    int ahead,
    BigDecimal until,
    Optional<BigDecimal> keptSince,
    Optional<BigDecimal> keptFrom,
    String retire) {}
