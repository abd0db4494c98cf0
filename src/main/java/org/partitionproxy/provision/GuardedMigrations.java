package org.partitionproxy.provision;

import java.time.Duration;
import org.partitionproxy.apply.RunLock;
import org.partitionproxy.migrate.FailedTenant;
import org.partitionproxy.migrate.MigratedTenant;
import org.partitionproxy.migrate.MigrationListener;
import org.partitionproxy.topology.Tenant;

/** Stops migrations between two tenants when the topology's lock is lost. */
record GuardedMigrations(RunLock lock, MigrationListener listener) implements MigrationListener {

  @Override
  public void beginning(Tenant tenant) {
    lock.requireHeld();
    listener.beginning(tenant);
  }

  @Override
  public void surveyed(int tenants, int behind) {
    listener.surveyed(tenants, behind);
  }

  @Override
  public void applied(Tenant tenant, String script) {
    listener.applied(tenant, script);
  }

  @Override
  public void warned(Tenant tenant, String script, String warning) {
    listener.warned(tenant, script, warning);
  }

  @Override
  public void givingWay(Tenant tenant, int attempt, String reason, Duration pause) {
    listener.givingWay(tenant, attempt, reason, pause);
  }

  @Override
  public void waiting(Tenant tenant, String forWhom) {
    listener.waiting(tenant, forWhom);
  }

  @Override
  public void followedAfterwards(Tenant tenant, String script) {
    listener.followedAfterwards(tenant, script);
  }

  @Override
  public void migrated(MigratedTenant tenant) {
    listener.migrated(tenant);
  }

  @Override
  public void failed(FailedTenant tenant) {
    listener.failed(tenant);
  }
}
