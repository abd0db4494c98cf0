package org.partitionproxy.state;

import java.util.Locale;

/** What kind of relation with rows a {@link Table} is, by {@code pg_class.relkind}. */
public enum TableKind {
  TABLE('r'),
  PARTITIONED_TABLE('p'),
  VIEW('v'),
  MATERIALIZED_VIEW('m'),
  FOREIGN_TABLE('f');

  private final char relkind;

  TableKind(char relkind) {
    this.relkind = relkind;
  }

  /**
   * @throws IllegalArgumentException if relations of this kind have no rows
   */
  public static TableKind of(String relkind) {
    for (TableKind kind : values()) {
      if (relkind.length() == 1 && relkind.charAt(0) == kind.relkind) {
        return kind;
      }
    }
    throw new IllegalArgumentException("relkind " + relkind);
  }

  /** Whether it can have row-level BEFORE triggers. */
  public boolean takesTriggers() {
    return this == TABLE || this == PARTITIONED_TABLE || this == FOREIGN_TABLE;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
