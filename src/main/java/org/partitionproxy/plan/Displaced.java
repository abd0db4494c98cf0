package org.partitionproxy.plan;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;

/**
 * A foreign table or type of the veneer that is dropped and made anew, or a foreign table whose
 * columns get other types: PostgreSQL refuses both while views are built on it.
 *
 * @param columns that get other types; empty where all of it is made anew
 */
public record Displaced(QualifiedName name, SortedSet<Identifier> columns) {

  public Displaced {
    columns = Collections.unmodifiableSortedSet(new TreeSet<>(columns));
  }

  static Displaced whole(QualifiedName name) {
    return new Displaced(name, Collections.emptySortedSet());
  }
}
