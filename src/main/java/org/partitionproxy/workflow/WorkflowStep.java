package org.partitionproxy.workflow;

import java.time.Instant;
import java.util.Optional;

/**
 * A step of a workflow that has begun.
 *
 * @param detail what came of it, for people
 * @param finishedAt empty while it is under way, and after that was cut short
 */
public record WorkflowStep(
    int number,
    String name,
    Optional<String> detail,
    Instant startedAt,
    Optional<Instant> finishedAt) {}
