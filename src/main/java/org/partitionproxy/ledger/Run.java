package org.partitionproxy.ledger;

import java.time.Instant;
import java.util.Optional;

/**
 * One run of a command that changes servers.
 *
 * @param finishedAt empty while it runs, and for ever if it was killed
 * @param outcome {@code done}, or why it stopped
 * @param changes how many it made
 */
public record Run(
    long id,
    Origin origin,
    Instant startedAt,
    Optional<Instant> finishedAt,
    Optional<String> outcome,
    Optional<Long> changes) {}
