package org.partitionproxy.state;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a role may take of a server.
 *
 * @param connections at once; -1 for any number
 * @param settings the role's own, of those in {@link #SETTINGS}, as they were written
 * @see <a href="https://www.postgresql.org/docs/18/sql-alterrole.html">ALTER ROLE</a>
 */
public record RoleLimits(int connections, SortedMap<String, String> settings) {

  /** The parameters that are limits; a role's other settings are not looked at. */
  public static final List<String> SETTINGS =
      List.of("statement_timeout", "temp_file_limit", "work_mem");

  public static final RoleLimits NONE = new RoleLimits(-1, new TreeMap<>());

  public RoleLimits {
    settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
  }
}
