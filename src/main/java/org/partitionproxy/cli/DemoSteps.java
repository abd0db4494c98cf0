package org.partitionproxy.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.partitionproxy.topology.Tenant;

/** Commands of a demo: each is shown and run as if the user had typed it, until one fails. */
final class DemoSteps {

  private static final String PLAIN = "[A-Za-z0-9_./-]+";

  private final Workspace workspace;
  private final Path config;
  private final Console console;
  private final BooleanSupplier ended;
  private final ReentrantLock running = new ReentrantLock();
  private int number;
  private int status;

  DemoSteps(Workspace workspace, Path config, Console console) {
    this(workspace, config, console, () -> false);
  }

  /**
   * @param ended whether somebody has ended the demo: then nothing more is said or done, too
   */
  DemoSteps(Workspace workspace, Path config, Console console, BooleanSupplier ended) {
    this.ended = ended;
    this.workspace = workspace;
    this.config = config;
    this.console = console;
  }

  /** That of the step that failed, or 0; after a failure nothing more is said or done. */
  int status() {
    return status;
  }

  private boolean goesOn() {
    return status == 0 && !ended.getAsBoolean();
  }

  /** Begins a step. */
  void say(String text) {
    if (goesOn()) {
      number++;
      console.out("\n" + console.outColors().bold(number + ". " + text) + "\n\n");
    }
  }

  void run(String... arguments) {
    if (!goesOn()) {
      return;
    }
    List<String> all = new ArrayList<>(Arrays.asList(arguments));
    if (!config.equals(new CommonOptions().config)) {
      all.addAll(List.of("--config", config.toString()));
    }
    String line = all.stream().map(DemoSteps::asTyped).collect(Collectors.joining(" "));
    console.out(console.outColors().cyan("$ ppp " + line) + "\n");
    running.lock();
    try {
      status = Main.run(all.toArray(String[]::new));
    } finally {
      running.unlock();
    }
  }

  /** Waits for the command that another thread runs, but no longer than that. */
  void awaitEnd(Duration most) {
    try {
      if (running.tryLock(most.toMillis(), TimeUnit.MILLISECONDS)) {
        running.unlock();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A query on the veneer, and what the shards of these tenants were asked for it. */
  void query(String sql, List<Tenant> tenants) {
    if (!goesOn()) {
      return;
    }
    LogArrival logs = LogArrival.from(workspace, tenants);
    run("psql", "veneer", "-c", sql);
    if (goesOn()) {
      logs.await();
      console.out("What each tenant's shard was asked for it:\n\n");
    }
    tenants.forEach(tenant -> run("show-logs", tenant.name().value(), "--limit", "1"));
  }

  private static String asTyped(String argument) {
    return argument.matches(PLAIN) ? argument : "\"" + argument + "\"";
  }
}
