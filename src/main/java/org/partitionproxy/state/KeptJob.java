package org.partitionproxy.state;

/**
 * A job as table {@code ppp.job} has it, for {@code ppp jobs run}.
 *
 * @param paused whether somebody has switched it off
 */
public record KeptJob(ScheduledJob job, boolean paused) {}
