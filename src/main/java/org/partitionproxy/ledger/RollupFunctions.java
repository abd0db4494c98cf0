package org.partitionproxy.ledger;

import java.util.Collection;
import java.util.Optional;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.sql.SqlResource;
import org.partitionproxy.topology.RollupRules;
import org.partitionproxy.topology.Tenant;

/** What refreshes rollups on a shard: the same for ppp and for schedulers of the server's own. */
public final class RollupFunctions {

  /** Idempotent; the ledger must be there. */
  public static final SqlResource SQL = SqlResource.load("/org/partitionproxy/ledger/rollups.sql");

  private RollupFunctions() {}

  /**
   * The turn of a rollup that comes by itself.
   *
   * @param tenants of a shard, those that it is for
   */
  public static Turn turn(RollupRules rules, Collection<Tenant> tenants) {
    return new Turn(
        rules,
        rules.onlyChanged(),
        rules.selection().tenants().isEmpty()
            ? Optional.empty()
            : Optional.of(tenants.stream().map(Tenant::schema).toList()));
  }

  /**
   * What refreshes the rollups of a name. The statement must not be part of a transaction.
   *
   * @param onlyChanged only those whose tables may have changed
   * @param schemas of the tenants; empty for all of the shard
   */
  public record Turn(
      RollupRules rules, boolean onlyChanged, Optional<Collection<Identifier>> schemas) {

    public Sql statement() {
      Sql of = rules.of().isEmpty() ? Sql.of("NULL") : array(rules.of());
      Sql changed = onlyChanged ? Sql.of("true") : Sql.of("false");
      Literal view = Literal.of(rules.view().value());
      return schemas
          .map(
              some ->
                  Sql.of(
                      "CALL ppp.refresh_rollups({}, {}, {}, {})", view, of, changed, array(some)))
          .orElseGet(() -> Sql.of("CALL ppp.refresh_rollups({}, {}, {})", view, of, changed));
    }

    private static Sql array(Collection<Identifier> names) {
      return Sql.of(
          "ARRAY[{}]::text[]",
          Sql.join(", ", names.stream().map(name -> Literal.of(name.value())).toList()));
    }
  }
}
