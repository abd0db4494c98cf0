package org.partitionproxy.partition;

import org.partitionproxy.state.JobHistory;
import org.partitionproxy.topology.ServerName;

/** A job of ppp's on a shard, which makes partitions there, and how it went lately. */
public record ShardJob(ServerName shard, JobHistory history) {}
