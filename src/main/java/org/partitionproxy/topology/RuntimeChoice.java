package org.partitionproxy.topology;

import java.util.Locale;

/** What shards.yaml says about where its servers run. */
public enum RuntimeChoice {
  /** Docker where an engine answers, else embedded; resolved once, at the first start. */
  AUTO,
  DOCKER,
  EMBEDDED,
  /** Servers that exist: ppp never starts or stops them. */
  EXTERNAL;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
