package org.partitionproxy.server;

import java.util.Locale;

/** Where a topology's servers run, once {@code runtime: auto} is resolved. */
public enum RuntimeKind {
  DOCKER,
  EMBEDDED,
  EXTERNAL;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
