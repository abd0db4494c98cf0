package org.partitionproxy.cli;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.server.RuntimeKind;
import org.partitionproxy.server.ServerRuntime;
import org.partitionproxy.topology.Topology;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * {@code ppp demo bookstore}: from nothing to queries through the veneer. Each step is a command
 * that the user could have typed, and is shown as such.
 */
@Command(
    name = "bookstore",
    description = {
      "Four tenants on three shards: from nothing to queries through the veneer.",
      "Starts the servers of shards.yaml, initializes them, and shows what each was asked.",
      "Run it again at any time. It refuses topologies other than its own."
    })
final class DemoBookstoreCommand implements Callable<Integer> {

  /** As in the shards.yaml of this project. */
  private static final List<String> TENANTS =
      List.of(
          "bluth-co: bluth_co on shard1",
          "cyberdyne: cyberdyne on shard2",
          "dunder-mifflin: dunder_mifflin on shard2",
          "initech: initech on shard3");

  private static final String ALL_TENANTS =
      """
      SELECT 'bluth-co' AS tenant, count(*) AS books FROM bluth_co.books
      UNION ALL SELECT 'cyberdyne', count(*) FROM cyberdyne.books
      UNION ALL SELECT 'dunder-mifflin', count(*) FROM dunder_mifflin.books
      UNION ALL SELECT 'initech', count(*) FROM initech.books
      ORDER BY tenant""";

  private static final String JOIN =
      """
      SELECT title, published
      FROM initech.books JOIN initech.authors ON authors.id = author_id
      WHERE name = 'Toni Morrison'
      ORDER BY published""";

  @Mixin CommonOptions common = new CommonOptions();
  @Mixin Console console = new Console();

  @Override
  public Integer call() {
    Workspace workspace = Workspace.open(common, "demo");
    requireTheBookstore(workspace);
    DemoSteps steps = new DemoSteps(workspace, common.config, console);
    console.out("The bookstore: four tenants on three shards, and in front of them the veneer.\n");
    steps.say("Start the servers. They go on when this demo has ended.");
    steps.run("start");
    steps.say(
        "Make them match shards.yaml: roles, schemas, tables by migration; on the veneer, a foreign"
            + " table for each table.");
    steps.run("initialize");
    steps.say("One connection to the veneer reads all four tenants.");
    steps.query(ALL_TENANTS, workspace.topology().tenants());
    steps.say(
        "A join inside one tenant: the veneer asks that tenant's shard one thing, all of it.");
    steps.query(JOIN, List.of(workspace.topology().findTenant("initech").orElseThrow()));
    if (steps.status() == 0) {
      console.out(farewell(workspace.runtime().kind()));
    }
    return steps.status();
  }

  private static String farewell(RuntimeKind runtime) {
    return """

    The servers are still running. What to try next:

      bin/ppp psql bluth-co        psql on that tenant's shard, as that tenant
      bin/ppp psql veneer          psql on the veneer, where all tenants are
      bin/ppp show-logs initech    what the shard was asked for that tenant
      bin/ppp status               servers and tenants
    """
        + (runtime == RuntimeKind.DOCKER
            ? "  make stop-containers         stops the containers, and keeps their data\n"
            : "  make clean                   stops the servers, deletes their data and the build\n")
        + "\nIN_ACTION.md goes on from here: joins across shards, transactions, changes of tables.\n";
  }

  /** What is not the demo's own may be a team's. */
  private static void requireTheBookstore(Workspace workspace) {
    Topology topology = workspace.topology();
    Optional<RuntimeKind> runtime = workspace.runtimes().find().map(ServerRuntime::kind);
    if (runtime.equals(Optional.of(RuntimeKind.EXTERNAL))) {
      throw refusal(
          "the servers of \"" + topology.name() + "\" are external",
          "The demo runs only on servers that ppp starts: use the shards.yaml of ppp's own"
              + " checkout.");
    }
    List<String> tenants =
        topology.tenants().stream()
            .map(tenant -> tenant.name() + ": " + tenant.schema() + " on " + tenant.shard())
            .toList();
    if (!topology.name().equals("bookstore")
        || !tenants.equals(TENANTS)
        || topology.migrations().isEmpty()) {
      throw refusal(
          "\"" + topology.file() + "\" is not the demo's topology",
          "The demo runs only on the shards.yaml of ppp's own checkout; for yours, `ppp start` and"
              + " `ppp initialize` do the same.");
    }
  }

  private static PppException refusal(String summary, String hint) {
    return new PppException(Diagnostic.error(Code.NOT_THE_DEMO, summary, hint));
  }
}
