package org.partitionproxy.state;

import java.util.Optional;
import org.partitionproxy.sql.Identifier;

/**
 * The TimeZone that sessions begin with.
 *
 * @param database whose sessions; empty for those of all
 * @param role whose sessions; empty for those of all
 */
public record SessionZone(Optional<Identifier> database, Optional<Identifier> role, String zone) {

  /** Whether it is the server's own, which the others come before. */
  public boolean isServers() {
    return database.isEmpty() && role.isEmpty();
  }
}
