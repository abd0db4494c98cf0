package org.partitionproxy.topology;

import java.util.List;
import org.partitionproxy.sql.Identifier;

/**
 * One entry of {@code rollups:}: how a materialized view is refreshed, of each tenant that has it.
 *
 * @param schedule when it is refreshed, or looked whether it should be
 * @param of the tables whose changes count; empty for those that the view's definition names
 */
public record RollupRules(
    Identifier view,
    RollupRefresh refresh,
    JobSchedule schedule,
    List<Identifier> of,
    Selection selection) {

  public RollupRules {
    of = List.copyOf(of);
  }

  public boolean onlyChanged() {
    return refresh == RollupRefresh.AFTER_CHANGES;
  }
}
