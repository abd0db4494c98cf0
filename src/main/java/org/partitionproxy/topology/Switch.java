package org.partitionproxy.topology;

import java.util.Locale;

/** The value of a key that is on or off. */
enum Switch {
  TRUE,
  FALSE;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
