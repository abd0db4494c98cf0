package org.partitionproxy.topology;

import java.time.Duration;
import java.util.Optional;

/**
 * One entry of {@code jobs:}.
 *
 * @param sql as it is written, of one statement or several
 * @param timeout of each of its statements; empty where only the role's own holds
 */
public record JobRules(
    String name,
    JobSchedule schedule,
    String sql,
    JobScope on,
    Optional<Duration> timeout,
    Selection selection) {}
