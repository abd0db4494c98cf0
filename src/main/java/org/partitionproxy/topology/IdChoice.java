package org.partitionproxy.topology;

import java.util.Locale;

/** What shards.yaml says about numbers that an INSERT through the veneer leaves out. */
public enum IdChoice {
  /**
   * A trigger on the shard's table gives the sequence's next number: for columns like serial's and
   * identity BY DEFAULT, whose explicit values pass.
   */
  FILL,
  /** No triggers: such an INSERT has to bring its numbers. */
  LEAVE;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
