package org.partitionproxy.state;

import org.partitionproxy.sql.QualifiedName;

/** Something on the veneer that belongs to another role than it should. */
public record Stray(Kind kind, QualifiedName name) {

  /** What it is. */
  public enum Kind {
    RELATION,
    TYPE
  }
}
