/**
 * Each tenant's schema migrations. Start with {@link org.partitionproxy.migrate.Migrator}; who is
 * behind is told by {@link org.partitionproxy.migrate.PendingMigrations} without opening Flyway,
 * which only {@code TenantMigration} and what it uses may touch.
 */
@NullMarked
package org.partitionproxy.migrate;

import org.jspecify.annotations.NullMarked;
