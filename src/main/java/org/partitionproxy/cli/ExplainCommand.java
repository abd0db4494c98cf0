package org.partitionproxy.cli;

import static org.partitionproxy.cli.Usage.usage;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.check.AskedStatement;
import org.partitionproxy.check.StatementFile;
import org.partitionproxy.console.ExplainJsonView;
import org.partitionproxy.console.ExplainView;
import org.partitionproxy.explain.CombinedPlan;
import org.partitionproxy.explain.Execution;
import org.partitionproxy.explain.ExplainRequest;
import org.partitionproxy.explain.Explainer;
import org.partitionproxy.inspect.Values;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Target;
import org.partitionproxy.topology.Topology;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ppp explain}: the plan of a statement on the veneer and on the shards, as one. */
@Command(
    name = "explain",
    description = {
      "Shows the plan of a statement on the veneer as one with the shards' plans of what they are",
      "asked: as a tenant's role, or as the application's on a veneer. Tells of each join, filter,",
      "sort, limit and aggregate whether it is pushed down to a shard, and if not why."
    })
final class ExplainCommand implements Callable<Integer> {

  @Mixin CommonOptions common = new CommonOptions();
  @Mixin OutputOption output = new OutputOption();
  @Mixin Console console = new Console();

  @Parameters(index = "0", paramLabel = "TARGET", description = "A tenant, or veneer.")
  String target = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "SQL",
      description = "The statement, its parameters as $1.")
  @Nullable String sql;

  @Option(names = "--file", paramLabel = "FILE", description = "Read the statement from this.")
  @Nullable Path file;

  @Option(
      names = "--param",
      paramLabel = "VALUE",
      description = "The value of $1, of $2 and so on. Without: a plan for any. Repeatable.")
  List<String> parameters = new ArrayList<>();

  @Option(
      names = "--analyze",
      description =
          "Run it for its rows, times and pages, in a transaction that only reads; shards run their"
              + " parts once more by themselves. All is rolled back.")
  boolean analyze;

  @Option(
      names = "--write",
      description = "With --analyze: let it write, before that is rolled back.")
  boolean write;

  @Option(
      names = "--show-values",
      description = "Show literals, and what errors quote, instead of question marks.")
  boolean showValues;

  @Override
  public Integer call() {
    if (write && !analyze) {
      throw usage("--write is without --analyze", "A statement that is only planned never writes.");
    }
    AskedStatement statement = statement();
    Workspace workspace = Workspace.open(common, "explain");
    Topology topology = workspace.topology();
    Target place = Target.require(topology, target);
    CombinedPlan plan =
        new Explainer(topology, workspace.connector())
            .explain(
                new ExplainRequest(
                    veneer(topology, place),
                    role(topology, place),
                    statement,
                    parameters.stream().map(Optional::of).toList(),
                    execution(),
                    Values.shown(showValues)));
    console.out(
        output.json()
            ? ExplainJsonView.render(plan)
            : new ExplainView(console.outColors()).render(plan));
    return 0;
  }

  private Execution execution() {
    if (!analyze) {
      return Execution.NONE;
    }
    return write ? Execution.WRITE : Execution.READ;
  }

  private AskedStatement statement() {
    if (sql != null && file == null) {
      return ExplainRequest.single(sql);
    }
    if (file != null && sql == null) {
      return ExplainRequest.single(StatementFile.read(file), file.toString());
    }
    throw usage(
        sql == null ? "there is no statement" : "there are a statement and --file",
        "Give either: ppp explain " + target + " 'SELECT …', or --file FILE.");
  }

  private static ServerDefinition veneer(Topology topology, Target place) {
    return place.server().isVeneer() ? place.server() : topology.veneer();
  }

  private static Identifier role(Topology topology, Target place) {
    if (place.tenant().isEmpty() && !place.server().isVeneer()) {
      throw usage(
          "\"" + place.name() + "\" is a " + place.server().part(),
          "Statements are explained on the veneer: name a tenant, or veneer.");
    }
    return place.tenant().map(t -> t.role()).orElseGet(topology::appRole);
  }
}
