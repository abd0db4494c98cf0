package org.partitionproxy.convert;

import java.time.Duration;
import java.util.List;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.TenantName;

/**
 * What a conversion would do, and what is in its way.
 *
 * @param spaces on the shard's disks for the copies; none in place
 * @param inPlace whether no row is copied
 * @param estimatedTime until the exchange, on a machine with nothing else to do
 * @param estimatedLock of the exchange, during which who reads or writes the tables waits
 */
public record ConversionPlan(
    TenantName tenant,
    ServerName shard,
    String key,
    String every,
    String zone,
    List<PlannedTable> tables,
    List<Finding> refusals,
    List<Finding> notes,
    List<Space> spaces,
    boolean inPlace,
    Duration estimatedTime,
    Duration estimatedLock) {

  public ConversionPlan {
    tables = List.copyOf(tables);
    refusals = List.copyOf(refusals);
    notes = List.copyOf(notes);
    spaces = List.copyOf(spaces);
  }

  /**
   * @param rows as the server estimates them
   * @param bytes with indexes
   * @param identity the columns by which changed rows are found; none where whole rows are compared
   */
  public record PlannedTable(String name, long rows, long bytes, List<String> identity) {

    public PlannedTable {
      identity = List.copyOf(identity);
    }

    PlannedTable withRows(long rows) {
      return new PlannedTable(name, rows, bytes, identity);
    }
  }
}
