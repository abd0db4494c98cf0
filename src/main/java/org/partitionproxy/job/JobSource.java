package org.partitionproxy.job;

import java.util.List;
import org.partitionproxy.state.ScheduledJob;
import org.partitionproxy.topology.ServerDefinition;

/** A part of shards.yaml that wants something done on a schedule. */
public interface JobSource {

  /** The jobs that a shard should have, in a fixed order. */
  List<ScheduledJob> on(ServerDefinition shard);
}
