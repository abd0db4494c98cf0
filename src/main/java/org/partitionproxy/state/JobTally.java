package org.partitionproxy.state;

import java.util.Optional;

/**
 * How a job of one database fared for a while.
 *
 * @param name by which people call it, where its scheduler knows that; else the title
 * @param runs that ended in that time, well or not
 * @param failures those of them that failed
 * @param last of all times, without its message
 */
public record JobTally(
    String title,
    String name,
    String schedule,
    boolean paused,
    long runs,
    long failures,
    Optional<JobRun> last) {}
