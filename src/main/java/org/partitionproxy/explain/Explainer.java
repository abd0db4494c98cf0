package org.partitionproxy.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.partitionproxy.db.Connector;
import org.partitionproxy.topology.Topology;

/**
 * Makes one plan of a veneer's and those of shards. The veneer plans, and if asked runs, the
 * statement as a role; each remote statement is then planned on its shard as the role that the user
 * mapping gives.
 */
public final class Explainer {

  private final Topology topology;
  private final Connector connector;

  public Explainer(Topology topology, Connector connector) {
    this.topology = topology;
    this.connector = connector;
  }

  /**
   * A shard that can't be reached leaves its part out, and says so.
   *
   * @throws org.partitionproxy.diagnostic.PppException if the veneer refuses the statement, or
   *     can't be reached
   */
  public CombinedPlan explain(ExplainRequest request) {
    List<String> notes = new ArrayList<>();
    try (VeneerPlanner planner = VeneerPlanner.open(connector, request)) {
      VeneerPlanner.Planned planned = planner.plan();
      String json = planned.json();
      Execution execution = request.execution();
      if (execution != Execution.NONE) {
        VeneerRun.Outcome outcome = VeneerRun.run(connector, request);
        json = outcome.json().orElse(json);
        if (outcome.json().isEmpty()) {
          execution = Execution.NONE;
          notes.add("It was not run: " + outcome.failure() + ".");
        }
      }
      PlanNode plan = PlanNode.parse(json, planned.tree());
      if (plan.all().anyMatch(n -> n.isForeignScan() && n.tree().isEmpty())) {
        notes.add(
            "The planner's own view of some steps could not be had, so the reasons for them are not"
                + " known.");
      }
      PlanStep combined = combine(request, planner, planned, plan, execution);
      return new CombinedPlan(
              request.veneer().name().value(),
              request.role().value(),
              execution,
              planned.generic(),
              notes,
              combined)
          .withTexts(request.values()::inSql);
    }
  }

  private PlanStep combine(
      ExplainRequest request,
      VeneerPlanner planner,
      VeneerPlanner.Planned planned,
      PlanNode plan,
      Execution execution) {
    Facts facts = FactReader.read(planner.catalogs(), planned.tree());
    Remote remote = new Remote(planned.tree(), facts, request.role().value());
    Alternative alternative =
        new Alternative(
            PlanNode.parse(planned.json(), Optional.empty()),
            () -> planner.planWithoutWork().map(p -> PlanNode.parse(p.json(), Optional.empty())));
    Rules rules =
        new Rules(
            remote,
            new Inputs(remote, planned.tree(), facts),
            facts,
            alternative,
            planner.majorVersion());
    try (ShardPlanner shards = new ShardPlanner(topology, connector, execution, request.values())) {
      return Steps.onVeneer(
          plan,
          rules::verdicts,
          node -> node.find("Remote SQL").map(sql -> part(node, sql, remote, facts, shards)));
    }
  }

  private static ShardPart part(
      PlanNode node, String sql, Remote remote, Facts facts, ShardPlanner shards) {
    Optional<Remote.Place> place = remote.place(node);
    String server = place.flatMap(p -> facts.server(p.server())).map(Facts.Server::name).orElse("");
    return server.isEmpty()
        ? ShardPart.missing("?", Optional.empty(), sql, "its server is not known")
        : shards.plan(server, place.flatMap(remote::remoteRole), sql);
  }
}
