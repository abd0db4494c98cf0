package org.partitionproxy.topology;

import java.util.Optional;

/**
 * When a shard with pg_cron makes partitions by itself.
 *
 * @param when five fields, or {@code 30 seconds}; in the time zone of pg_cron, {@code
 *     cron.timezone}
 * @param job the name of the job, where it is not to be ppp's own
 */
public record PartitionSchedule(String when, Optional<String> job) {}
