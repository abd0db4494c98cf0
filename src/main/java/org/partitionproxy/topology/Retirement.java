package org.partitionproxy.topology;

import org.partitionproxy.sql.Identifier;

/** What becomes of a partition that is older than a policy keeps. */
public sealed interface Retirement {

  /** It stays where it is, as a table of its own. */
  record Detach() implements Retirement {
    @Override
    public String toString() {
      return "detach";
    }
  }

  /** It goes, with its rows. */
  record Drop() implements Retirement {
    @Override
    public String toString() {
      return "drop";
    }
  }

  /** It becomes a table of its own in another schema of its shard. */
  record Move(Identifier schema) implements Retirement {
    @Override
    public String toString() {
      return "schema:" + schema.value();
    }
  }

  /** As {@code ppp.partition_policy} has it. */
  @Override
  String toString();
}
