package org.partitionproxy.shell;

import java.util.Locale;
import java.util.Optional;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Target;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.Topology;

/**
 * Where a shell goes, and as whom.
 *
 * @param target as the user typed it; the prompt shows it
 * @param schema the one on the search_path; empty leaves the role's own
 */
public record Login(
    String target, ServerDefinition server, Identifier role, Optional<Identifier> schema) {

  /** The ways to a tenant's tables. */
  public enum Via {
    /** On the tenant's shard, where its tables are. */
    SHARD,
    /** On the veneer, where its foreign tables are. */
    VENEER,
    /** On the veneer, where it shows what a replica has. */
    REPLICA;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A tenant's own role on its shard or on the veneer; on a server, the role that may use every
   * tenant.
   *
   * @param via for a tenant only; the shard unless said otherwise
   * @param admin as the role that owns the tenants' schemas instead
   * @throws PppException if {@code via} is given for a server, or is a replica and none is shown
   */
  public static Login of(Topology topology, Target target, Optional<Via> via, boolean admin) {
    if (target.tenant().isEmpty()) {
      via.ifPresent(way -> refuse(target, way));
      return new Login(
          target.name(),
          target.server(),
          admin ? topology.adminRole() : topology.appRole(),
          Optional.empty());
    }
    Tenant tenant = target.tenant().get();
    Via way = via.orElse(Via.SHARD);
    if (way == Via.REPLICA && topology.readsOf(tenant.shard()).isEmpty()) {
      throw withoutReads(target, tenant);
    }
    return new Login(
        target.name(),
        way == Via.SHARD ? target.server() : topology.veneer(),
        admin ? topology.adminRole() : tenant.role(),
        Optional.of(way == Via.REPLICA ? tenant.replicaSchema() : tenant.schema()));
  }

  private static PppException withoutReads(Target target, Tenant tenant) {
    return new PppException(
        Diagnostic.error(
            Code.NO_READS,
            "the veneer shows no replica of \"" + target.name() + "\"",
            "Write `reads: true` at a replica of shard \""
                + tenant.shard()
                + "\" and run `ppp initialize`."));
  }

  private static void refuse(Target target, Via via) {
    throw new PppException(
        Diagnostic.error(
            Code.VIA_NEEDS_TENANT,
            "\"" + target.name() + "\" is a server, and --via " + via + " is for a tenant",
            "Leave out --via: a server's name alone says where to go."));
  }
}
