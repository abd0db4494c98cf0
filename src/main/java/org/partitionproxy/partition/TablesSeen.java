package org.partitionproxy.partition;

import java.util.List;
import org.partitionproxy.diagnostic.Diagnostic;

/**
 * The partitioned tables of tenants.
 *
 * @param tables by shard and tenant, in the file's order
 * @param problems shards that could not be read
 */
public record TablesSeen(List<PartitionedTable> tables, List<Diagnostic> problems) {

  public TablesSeen {
    tables = List.copyOf(tables);
    problems = List.copyOf(problems);
  }
}
