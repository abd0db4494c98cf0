package org.partitionproxy.migrate;

import java.util.List;
import org.partitionproxy.topology.Tenant;

/** A tenant with scripts to run, and nothing against running them. */
record TenantBehind(Tenant tenant, List<MigrationFile> pending) {}
