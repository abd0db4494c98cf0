package org.partitionproxy.migrate;

import java.time.Duration;
import org.partitionproxy.topology.Tenant;

/** Told as migrations go on; called from several threads. */
public interface MigrationListener {

  MigrationListener SILENT = new MigrationListener() {};

  /**
   * @param tenants that were asked for and whose shards answer
   * @param behind of them
   */
  default void surveyed(int tenants, int behind) {}

  /** A tenant's turn has come; what this throws, the run throws, before the tenant is touched. */
  default void beginning(Tenant tenant) {}

  /** A script ran; its transaction is about to be committed. */
  default void applied(Tenant tenant, String script) {}

  /** The server warned while a script ran. */
  default void warned(Tenant tenant, String script, String warning) {}

  /** Somebody else holds a lock; the try was rolled back and is repeated. */
  default void givingWay(Tenant tenant, int attempt, String reason, Duration pause) {}

  /** Somebody uses what has to move with the tenant; it is tried again until they are done. */
  default void waiting(Tenant tenant, String forWhom) {}

  /** A script runs outside a transaction, and what has to move with it is moved afterwards. */
  default void followedAfterwards(Tenant tenant, String script) {}

  default void migrated(MigratedTenant tenant) {}

  default void failed(FailedTenant tenant) {}
}
