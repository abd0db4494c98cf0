package org.partitionproxy.migrate;

import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.topology.Tenant;

/** A tenant whose shard went away before its turn, or during it. */
record UnreachedTenant(Tenant tenant, Diagnostic reason) implements TenantOutcome {}
