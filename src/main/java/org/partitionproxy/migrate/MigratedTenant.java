package org.partitionproxy.migrate;

import java.util.List;
import org.partitionproxy.topology.Tenant;

/**
 * A tenant that was behind and is up to date now.
 *
 * @param applied the scripts that ran, in order
 */
public record MigratedTenant(Tenant tenant, List<String> applied) implements TenantOutcome {

  public MigratedTenant {
    applied = List.copyOf(applied);
  }
}
