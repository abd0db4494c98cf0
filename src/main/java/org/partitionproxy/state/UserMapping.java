package org.partitionproxy.state;

import java.util.Comparator;
import org.partitionproxy.sql.Identifier;

/**
 * How a role of the veneer logs in at a foreign server; its password can't be compared, so it is
 * not here.
 */
public record UserMapping(Key key, Identifier remoteUser) {

  /** What identifies a mapping. */
  public record Key(Identifier server, Identifier role) implements Comparable<Key> {

    private static final Comparator<Key> ORDER =
        Comparator.comparing(Key::server).thenComparing(Key::role);

    @Override
    public int compareTo(Key other) {
      return ORDER.compare(this, other);
    }
  }
}
