package org.partitionproxy.explain;

import java.util.Optional;

/**
 * What a step is thought to cost, and what it did cost. All but the first two are empty where it
 * was not run.
 *
 * @param estimatedRows of one loop
 * @param estimatedCost of one loop, of all rows, in PostgreSQL's units
 * @param rows of all loops
 * @param loops how often it was begun; 0 where it never was
 * @param milliseconds of all loops, with what is under it
 * @param buffersHit pages of 8 kB that were found in memory, with what is under it
 * @param buffersRead pages that were not
 */
public record Figures(
    long estimatedRows,
    double estimatedCost,
    Optional<Long> rows,
    Optional<Long> loops,
    Optional<Double> milliseconds,
    Optional<Long> buffersHit,
    Optional<Long> buffersRead) {}
