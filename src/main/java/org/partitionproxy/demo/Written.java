package org.partitionproxy.demo;

import java.time.Duration;
import java.util.Optional;

/**
 * What became of events so far.
 *
 * @param events that a server has acknowledged
 * @param withoutPartition that a server refused because no partition takes them
 * @param failed otherwise
 * @param reconnects how often a connection was opened again
 * @param slowest the longest that an acknowledged one took
 * @param problem the last one
 */
public record Written(
    long events,
    long withoutPartition,
    long failed,
    long reconnects,
    Duration slowest,
    Optional<String> problem) {}
