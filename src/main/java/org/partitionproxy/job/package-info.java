/**
 * What runs on a schedule: which jobs a shard should have, how they fare, and running those that no
 * pg_cron runs.
 */
@NullMarked
package org.partitionproxy.job;

import org.jspecify.annotations.NullMarked;
