package org.partitionproxy.job;

import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.state.JobRun;
import org.partitionproxy.state.ScheduledJob;
import org.partitionproxy.topology.ServerName;

/** Hears how jobs fare; called by several threads. */
public interface JobListener {

  /** Another process runs the jobs of a shard; this one waits for its end. */
  void waiting(ServerName shard, String holder);

  /** From now on this process runs them. */
  void leading(ServerName shard, int jobs);

  /** A shard is away, or was; told once. */
  void lost(ServerName shard, Diagnostic why);

  /** A run has ended, or was left out. */
  void ran(ServerName shard, ScheduledJob job, JobRun run);
}
