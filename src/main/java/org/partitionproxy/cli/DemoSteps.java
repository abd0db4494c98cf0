package org.partitionproxy.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.partitionproxy.topology.Tenant;

/** Commands of a demo: each is shown and run as if the user had typed it, until one fails. */
final class DemoSteps {

  private static final String PLAIN = "[A-Za-z0-9_./-]+";

  private final Workspace workspace;
  private final Path config;
  private final Console console;
  private int number;
  private int status;

  DemoSteps(Workspace workspace, Path config, Console console) {
    this.workspace = workspace;
    this.config = config;
    this.console = console;
  }

  /** That of the step that failed, or 0; after a failure nothing more is said or done. */
  int status() {
    return status;
  }

  /** Begins a step. */
  void say(String text) {
    if (status == 0) {
      number++;
      console.out("\n" + console.outColors().bold(number + ". " + text) + "\n\n");
    }
  }

  void run(String... arguments) {
    if (status != 0) {
      return;
    }
    List<String> all = new ArrayList<>(Arrays.asList(arguments));
    if (!config.equals(new CommonOptions().config)) {
      all.addAll(List.of("--config", config.toString()));
    }
    String line = all.stream().map(DemoSteps::asTyped).collect(Collectors.joining(" "));
    console.out(console.outColors().cyan("$ ppp " + line) + "\n");
    status = Main.run(all.toArray(String[]::new));
  }

  /** A query on the veneer, and what the shards of these tenants were asked for it. */
  void query(String sql, List<Tenant> tenants) {
    if (status != 0) {
      return;
    }
    LogArrival logs = LogArrival.from(workspace, tenants);
    run("psql", "veneer", "-c", sql);
    if (status == 0) {
      logs.await();
      console.out("What each tenant's shard was asked for it:\n\n");
    }
    tenants.forEach(tenant -> run("show-logs", tenant.name().value(), "--limit", "1"));
  }

  private static String asTyped(String argument) {
    return argument.matches(PLAIN) ? argument : "\"" + argument + "\"";
  }
}
