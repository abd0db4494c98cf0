package org.partitionproxy.state;

import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.partitionproxy.sql.Identifier;

/**
 * What {@code COMMENT ON} said of a relation.
 *
 * @param relation itself
 * @param columns those that have one
 */
public record Comments(Optional<String> relation, SortedMap<Identifier, String> columns) {

  public static final Comments NONE = new Comments(Optional.empty(), new TreeMap<>());

  public Comments {
    columns = Collections.unmodifiableSortedMap(new TreeMap<>(columns));
  }

  /** The same with another one of the relation. */
  public Comments with(Optional<String> other) {
    return new Comments(other, columns);
  }
}
