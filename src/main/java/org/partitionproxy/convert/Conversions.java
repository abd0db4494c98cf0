package org.partitionproxy.convert;

import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.Topology;
import org.partitionproxy.workflow.NewWorkflow;
import org.partitionproxy.workflow.Workflow;
import org.partitionproxy.workflow.Workflows;

/** Conversions of one tenant's tables: planned and begun; {@link Workflows} goes on with them. */
public final class Conversions {

  private final Topology topology;
  private final Connector connector;
  private final Tenant tenant;
  private final FreeSpace freeSpace;

  public Conversions(Topology topology, Connector connector, Tenant tenant, FreeSpace freeSpace) {
    this.topology = topology;
    this.connector = connector;
    this.tenant = tenant;
    this.freeSpace = freeSpace;
  }

  /** Looks, and changes nothing. */
  public ConversionPlan plan(ConversionRequest request) {
    ServerDefinition shard = topology.shardOf(tenant);
    try (Session session = connector.superuser(shard)) {
      return new Preflight(session, request, freeSpace).look(tenant.name(), shard.name());
    }
  }

  /**
   * Does all of it up to the exchange, and keeps the old tables.
   *
   * @throws PppException {@link Code#CONVERSION_REFUSED} with all that is in the way
   */
  public Workflow convert(
      ConversionRequest request,
      ConversionPlan plan,
      Workflows workflows,
      String who,
      String host) {
    requireFeasible(plan);
    return workflows.start(
        topology.shardOf(tenant),
        new NewWorkflow(
            request.inPlace() ? InPlaceConversion.KIND : Conversion.KIND,
            tenant.name().value(),
            String.join(", ", request.tables().stream().map(Identifier::value).toList()),
            request.definition(),
            who,
            host));
  }

  /**
   * @throws PppException {@link Code#CONVERSION_REFUSED}
   */
  public static void requireFeasible(ConversionPlan plan) {
    if (!plan.refusals().isEmpty()) {
      throw new PppException(
          plan.refusals().stream()
              .map(r -> Diagnostic.error(Code.CONVERSION_REFUSED, r.summary(), r.hint()))
              .toList());
    }
  }
}
