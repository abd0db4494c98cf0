package org.partitionproxy.plan;

import java.util.Locale;

/** What a {@link Change} may cost; none is taken without consent. */
public enum Hazard {
  LOSES_DATA;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
