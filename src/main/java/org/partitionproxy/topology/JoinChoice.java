package org.partitionproxy.topology;

import java.util.Locale;

/** What shards.yaml says about statements that name two tenants. */
public enum JoinChoice {
  /** The role for all tenants may use each of them. */
  ALLOWED,
  /** No role but the owner of the tenants' tables may use more than one of them. */
  FORBIDDEN;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
