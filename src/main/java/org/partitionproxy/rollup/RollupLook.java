package org.partitionproxy.rollup;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.partitionproxy.db.Row;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.topology.RollupRules;
import org.partitionproxy.topology.Tenant;

/** Reads the rollups of one name of a shard's tenants, with one query. */
public final class RollupLook {

  /** A size is not asked for while somebody has the view to himself, for that would wait. */
  private static final String STATE =
      """
      SELECT s.schema, s.kind, s.sources, c.relispopulated,
        ppp.refreshes_beside_readers(s.view) AS beside_readers,
        CASE WHEN NOT EXISTS (SELECT FROM pg_catalog.pg_locks AS l
            WHERE l.relation = s.view AND l.mode = 'AccessExclusiveLock')
          THEN pg_catalog.pg_total_relation_size(s.view) END AS bytes,
        coalesce((r.view, r.signature) = (s.view, s.signature), false) AS unchanged,
        CASE WHEN r.view = s.view THEN r.refreshed_at END AS refreshed_at,
        (extract(epoch FROM pg_catalog.clock_timestamp() - r.refreshed_at) * 1000)::bigint AS age,
        (extract(epoch FROM r.took) * 1000)::bigint AS took, r.beside_readers AS was_beside,
        CASE WHEN s.changes >= r.changes THEN (s.changes - r.changes)::bigint END AS changes,
        r.failed_at, r.error,
        (extract(epoch FROM pg_catalog.clock_timestamp() - r.failed_at) * 1000)::bigint AS failed
      FROM ppp.rollup_sources(?, ?, nullif(?::text[], '{}')) AS s
      JOIN pg_catalog.pg_class AS c ON c.oid = s.view
      LEFT JOIN ppp.rollup AS r ON r.schema = s.schema AND r.name = c.relname
      ORDER BY s.schema""";

  private static final String INSTALLED =
      "SELECT pg_catalog.to_regproc('ppp.rollup_sources') IS NOT NULL AS there";

  private final Session session;
  private final Collection<Tenant> tenants;

  /**
   * @param tenants of that shard
   */
  public RollupLook(Session session, Collection<Tenant> tenants) {
    this.session = session;
    this.tenants = tenants;
  }

  /** Whether the shard has what it takes. */
  public boolean isPossible() {
    return session.query(INSTALLED, row -> row.bool("there")).get(0);
  }

  /** One for each tenant that it is for, whether that has the view or not. */
  public List<Rollup> read(RollupRules rules) {
    Map<Identifier, Rollup> found = new HashMap<>();
    Map<Identifier, Tenant> bySchema = new HashMap<>();
    List<Tenant> some = tenants.stream().filter(rules.selection()::has).toList();
    some.forEach(tenant -> bySchema.put(tenant.schema(), tenant));
    session.forEach(
        STATE,
        row -> {
          Tenant tenant = bySchema.get(row.identifier("schema"));
          if (tenant != null) {
            found.put(tenant.schema(), rollup(tenant, rules, row));
          }
        },
        rules.view().value(),
        some.stream().map(tenant -> tenant.schema().value()).toList(),
        rules.of().stream().map(Identifier::value).toList());
    return some.stream()
        .map(tenant -> found.getOrDefault(tenant.schema(), missing(tenant, rules)))
        .toList();
  }

  private Rollup missing(Tenant tenant, RollupRules rules) {
    return rollup(tenant, rules, Optional.empty(), Optional.empty(), Optional.empty());
  }

  private Rollup rollup(
      Tenant tenant,
      RollupRules rules,
      Optional<Rollup.View> view,
      Optional<Rollup.Refresh> last,
      Optional<Rollup.Failure> failure) {
    QualifiedName name = new QualifiedName(tenant.schema(), rules.view());
    return new Rollup(session.server().name(), tenant.name(), name, rules, view, last, failure);
  }

  private Rollup rollup(Tenant tenant, RollupRules rules, Row row) {
    boolean populated = row.bool("relispopulated");
    Rollup.View view =
        new Rollup.View(
            row.string("kind").equals("m") ? Rollup.Kind.MATERIALIZED_VIEW : Rollup.Kind.OTHER,
            populated,
            row.bool("beside_readers"),
            row.findNumber("bytes"),
            row.integer("sources"),
            !populated || !row.bool("unchanged"));
    Optional<Rollup.Refresh> last = row.findInstant("refreshed_at").map(at -> refresh(at, row));
    Optional<Rollup.Failure> failure =
        row.findInstant("failed_at")
            .map(at -> new Rollup.Failure(at, millis(row, "failed"), row.string("error")));
    return rollup(tenant, rules, Optional.of(view), last, failure);
  }

  private static Rollup.Refresh refresh(Instant at, Row row) {
    return new Rollup.Refresh(
        at,
        millis(row, "age"),
        millis(row, "took"),
        row.bool("was_beside"),
        row.findNumber("changes"));
  }

  private static Duration millis(Row row, String column) {
    return Duration.ofMillis(Math.max(0, row.number(column)));
  }
}
