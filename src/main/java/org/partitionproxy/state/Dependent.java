package org.partitionproxy.state;

import java.util.List;
import java.util.Optional;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;

/**
 * A view over something that is about to be dropped and made anew; or a foreign table that is, with
 * what others gave it.
 *
 * @param kind as people call it: {@code materialized view}
 * @param drop of a view
 * @param restore makes it again as it is now, without rows
 * @param refresh of a materialized view that has rows
 * @param obstacles what would be lost, each as in "it has a security label"
 */
public record Dependent(
    QualifiedName name,
    String kind,
    Optional<Sql> drop,
    List<Sql> restore,
    Optional<Sql> refresh,
    List<String> obstacles) {

  public Dependent {
    restore = List.copyOf(restore);
    obstacles = List.copyOf(obstacles);
  }

  /** {@code view reports.notes} */
  public String text() {
    return kind + " " + name;
  }
}
