package org.partitionproxy.console;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.partitionproxy.migrate.FailedTenant;
import org.partitionproxy.migrate.MigratedTenant;
import org.partitionproxy.migrate.MigrationListener;
import org.partitionproxy.topology.Tenant;

/** Migrations as they go on, a line each. */
public final class MigrationProgress implements MigrationListener {

  private final PrintWriter out;
  private final AtomicInteger behind = new AtomicInteger();
  private final AtomicInteger done = new AtomicInteger();

  /**
   * @param out for progress, not for results
   */
  public MigrationProgress(PrintWriter out) {
    this.out = out;
  }

  @Override
  public void surveyed(int tenants, int tenantsBehind) {
    behind.set(tenantsBehind);
    if (tenantsBehind > 0) {
      print(tenantsBehind + " of " + tenants + " tenants have migrations to run");
    }
  }

  @Override
  public void warned(Tenant tenant, String script, String warning) {
    print(tenant.name() + ": " + script + ": warning: " + warning);
  }

  @Override
  public void givingWay(Tenant tenant, int attempt, String reason, Duration pause) {
    print(
        "%s: try %d: %s; again in %.1f s"
            .formatted(tenant.name(), attempt, reason, pause.toMillis() / 1000.0));
  }

  @Override
  public void migrated(MigratedTenant one) {
    print(step() + one.tenant().name() + ": " + String.join(", ", one.applied()));
  }

  @Override
  public void failed(FailedTenant one) {
    print(one.tenant().name() + ": failed: " + one.message());
  }

  private String step() {
    return "[" + done.incrementAndGet() + "/" + behind.get() + "] ";
  }

  private void print(String line) {
    synchronized (out) {
      out.println(line);
      out.flush();
    }
  }
}
