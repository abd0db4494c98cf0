package org.partitionproxy.migrate;

/** How the run ended for one tenant that was behind. */
sealed interface TenantOutcome permits MigratedTenant, FailedTenant, UnreachedTenant {}
