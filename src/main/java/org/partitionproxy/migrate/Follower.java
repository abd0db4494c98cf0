package org.partitionproxy.migrate;

import java.util.function.Function;
import org.partitionproxy.topology.Tenant;

/** What shows the tenants' tables elsewhere, and moves together with them. Used by many threads. */
public interface Follower {

  /** Nobody does: tenants are migrated without looking around. */
  Follower NONE =
      new Follower() {
        @Override
        public <T> T beside(Tenant tenant, Function<Following, T> migration) {
          return migration.apply(Following.NONE);
        }
      };

  /** Runs a tenant's migration; whatever is held for it is free afterwards. */
  <T> T beside(Tenant tenant, Function<Following, T> migration);
}
