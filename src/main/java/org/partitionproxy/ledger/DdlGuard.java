package org.partitionproxy.ledger;

import org.partitionproxy.sql.SqlResource;

/**
 * The event triggers of a veneer that name {@code ppp migrate} to whoever changes what it shows.
 * Sessions of ppp itself have {@code ppp.ddl} on, and are let alone.
 */
public final class DdlGuard {

  /** Idempotent; the ledger must be there. */
  public static final SqlResource SQL =
      SqlResource.load("/org/partitionproxy/ledger/ddl_guard.sql");

  private DdlGuard() {}
}
