package org.partitionproxy.scenario;

/**
 * Something that a tenant tries at another's cost, and what must come of it.
 *
 * @param door where it is tried
 * @param expected an SQLSTATE, or the rows that it sees
 */
record Attempt(Door door, String sql, String expected) {

  /** The ways to a tenant's rows. */
  enum Door {
    VENEER,
    SHARD,
    BOTH;

    boolean isOn(String server) {
      return this == BOTH || (this == VENEER) == server.equals("veneer");
    }
  }

  private static final String DENIED = "42501";

  /** It may not. */
  static Attempt denied(Door door, String sql) {
    return new Attempt(door, sql, DENIED);
  }

  static Attempt denied(String sql) {
    return denied(Door.BOTH, sql);
  }

  /** It may, and sees this. */
  static Attempt sees(String rows, String sql) {
    return new Attempt(Door.BOTH, sql, rows);
  }

  static Attempt seesNothing(String sql) {
    return sees("[]", sql);
  }
}
