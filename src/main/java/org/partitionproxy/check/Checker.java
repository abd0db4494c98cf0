package org.partitionproxy.check;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.ServerError;
import org.partitionproxy.db.Session;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.Topology;

/**
 * Tells what an application's statements will meet on the veneer. A query is planned there as the
 * tenant's role, and on the tenant's shard if the veneer refuses it; a command without a plan is
 * tried on {@link EmptyCopies}. No statement ever runs on a tenant's tables.
 */
public final class Checker {

  private static final String TEMPORARY =
      """
      SELECT pg_catalog.has_database_privilege(?, current_database(), 'TEMP') AS allowed""";

  private static final String TENANT =
      """
      SELECT EXISTS (SELECT FROM pg_catalog.pg_roles AS r WHERE r.rolname = ?)
        AND EXISTS (SELECT FROM pg_catalog.pg_namespace AS n WHERE n.nspname = ?) AS known""";

  private final Topology topology;
  private final Connector connector;

  public Checker(Topology topology, Connector connector) {
    this.topology = topology;
    this.connector = connector;
  }

  /**
   * @throws org.partitionproxy.db.SqlFailure if the veneer or the tenant's shard can't be reached
   */
  public CheckReport check(Tenant tenant, List<AskedStatement> statements) {
    ShardReader.ShardObjects objects = shardObjects(tenant);
    Map<String, List<Finding>> findings = new LinkedHashMap<>();
    Map<String, ServerError> commands = new LinkedHashMap<>();
    if (!statements.isEmpty()) {
      plan(tenant, statements, objects, findings, commands);
    }
    if (!commands.isEmpty()) {
      tryOut(tenant, List.copyOf(commands.keySet()), objects.readsSettings())
          .forEach(
              (command, found) ->
                  findings.put(command, withPosition(found, commands.get(command))));
    }
    return new CheckReport(
        tenant.name(),
        statements.stream()
            .map(s -> new CheckedStatement(s, findings.getOrDefault(s.text(), List.of())))
            .toList(),
        ApplicationRules.findings(topology.shards().size(), objects));
  }

  /** A query with an error in its syntax is known as such only after it was tried as a command. */
  private static List<Finding> withPosition(List<Finding> findings, @Nullable ServerError error) {
    return findings.stream()
        .map(f -> error != null && f.why().endsWith(error.message()) ? f.at(error.position()) : f)
        .toList();
  }

  private ShardReader.ShardObjects shardObjects(Tenant tenant) {
    try (Session veneer = connector.superuser(topology.veneer());
        Session shard = connector.superuser(topology.shardOf(tenant))) {
      require(tenant, veneer);
      require(tenant, shard);
      return ShardReader.read(shard, tenant.schema());
    }
  }

  private static void require(Tenant tenant, Session session) {
    boolean exists =
        session
            .queryOne(
                TENANT, row -> row.bool("known"), tenant.role().value(), tenant.schema().value())
            .orElse(false);
    if (!exists) {
      throw new PppException(
          Diagnostic.error(
              Code.NOT_INITIALIZED,
              "server \"" + session.server().name() + "\" has no tenant \"" + tenant.name() + "\"",
              "`ppp initialize` makes its schema and role."));
    }
  }

  private void plan(
      Tenant tenant,
      List<AskedStatement> statements,
      ShardReader.ShardObjects objects,
      Map<String, List<Finding>> findings,
      Map<String, ServerError> commands) {
    try (Planner veneer = Planner.as(tenant.role(), connector.superuser(topology.veneer()));
        Planner shard = Planner.as(tenant.role(), connector.superuser(topology.shardOf(tenant)))) {
      Comparison both = new Comparison(veneer, shard, objects);
      for (AskedStatement statement : statements) {
        String text = statement.text();
        if (!findings.containsKey(text) && !commands.containsKey(text)) {
          both.judge(text, findings, commands);
        }
      }
    }
  }

  /** The veneer, and the shard for what the veneer refuses. */
  private static final class Comparison {
    private final Planner veneer;
    private final Planner shard;
    private final QueryRules queryRules;
    private final KnownFunctions shardFunctions;
    private final List<String> inherited;

    Comparison(Planner veneer, Planner shard, ShardReader.ShardObjects objects) {
      this.veneer = veneer;
      this.shard = shard;
      this.queryRules = new QueryRules(new KnownFunctions(veneer), objects.readsSettings());
      this.inherited = objects.inherited();
      this.shardFunctions = new KnownFunctions(shard);
    }

    /** Adds what is no query to the commands, with the error that says so. */
    void judge(String text, Map<String, List<Finding>> all, Map<String, ServerError> commands) {
      Planned planned = veneer.plan(text);
      if (planned.isNoQuery()) {
        commands.put(text, planned.error().orElseThrow());
      } else {
        all.put(text, judge(text, planned));
      }
    }

    private List<Finding> judge(String text, Planned planned) {
      List<Finding> findings = new ArrayList<>();
      if (planned.error().isPresent()) {
        findings.add(refused(text, planned.error().get()));
      } else {
        planned.query().ifPresent(query -> findings.addAll(queryRules.findings(query)));
        boolean locks = planned.query().filter(q -> !q.locks().isEmpty()).isPresent();
        planned
            .plan()
            .ifPresent(plan -> findings.addAll(PlanRules.findings(plan, locks, inherited)));
      }
      return findings;
    }

    private Finding refused(String text, ServerError error) {
      if (RefusalRules.isOfTheMoment(error)) {
        return RefusalRules.ofTheMoment(error);
      }
      Planned there = shard.plan(text);
      return there
          .error()
          .map(e -> RefusalRules.everywhere(e.sqlState(), e.message()).at(e.position()))
          .orElseGet(() -> RefusalRules.onVeneerOnly(error, there.query(), shardFunctions));
    }
  }

  private Map<String, List<Finding>> tryOut(
      Tenant tenant, List<String> commands, boolean readsSettings) {
    boolean temporary;
    List<Identifier> types;
    List<CopiedTable> tables;
    try (Session veneer = connector.superuser(topology.veneer())) {
      temporary =
          veneer
              .queryOne(TEMPORARY, row -> row.bool("allowed"), tenant.role().value())
              .orElse(false);
      types = CopiedTable.types(veneer, tenant.schema());
      tables = CopiedTable.read(veneer, tenant.schema(), tenant.role());
    }
    Map<String, List<Finding>> findings = new LinkedHashMap<>();
    CommandRules rules = new CommandRules(temporary, readsSettings);
    try (Session session = connector.maintenance(topology.veneer())) {
      EmptyCopies copies = new EmptyCopies(session, tenant.schema(), types, tables);
      copies
          .compare(commands)
          .forEach(
              (command, comparison) ->
                  findings.put(
                      command,
                      comparison.onTables().isTransactionCommand()
                          ? copies.asLastOfTransaction(command).stream()
                              .map(CommandRules::endsNoTransaction)
                              .toList()
                          : rules.findings(comparison)));
    }
    return findings;
  }
}
