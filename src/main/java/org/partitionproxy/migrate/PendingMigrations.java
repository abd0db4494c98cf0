package org.partitionproxy.migrate;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.Tenant;

/** Who is behind on one server: two queries, however many tenants there are. */
public final class PendingMigrations {

  private PendingMigrations() {}

  /**
   * In the order of the tenants; empty for a tenant whose schema does not exist.
   *
   * @param session as superuser in the database with the tenants' schemas
   */
  public static Map<Tenant, Optional<MigrationStatus>> read(
      Session session, MigrationFolder folder, Collection<Tenant> tenants) {
    Map<Identifier, List<AppliedMigration>> histories =
        HistoryReader.read(session, tenants.stream().map(Tenant::schema).toList());
    Map<Tenant, Optional<MigrationStatus>> statuses = new LinkedHashMap<>();
    for (Tenant tenant : tenants) {
      statuses.put(
          tenant,
          Optional.ofNullable(histories.get(tenant.schema()))
              .map(history -> MigrationStatus.of(folder, history)));
    }
    return statuses;
  }
}
