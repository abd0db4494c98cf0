package org.partitionproxy.partition;

import java.util.List;
import org.partitionproxy.diagnostic.Diagnostic;

/**
 * The partitioned tables of tenants.
 *
 * @param tables by shard and tenant, in the file's order
 * @param jobs ppp's own on the shards; none where no sizes were asked for
 * @param problems shards that could not be read
 */
public record TablesSeen(
    List<PartitionedTable> tables, List<ShardJob> jobs, List<Diagnostic> problems) {

  public TablesSeen {
    tables = List.copyOf(tables);
    jobs = List.copyOf(jobs);
    problems = List.copyOf(problems);
  }
}
