package org.partitionproxy.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.IntPredicate;
import org.partitionproxy.demo.DemoFolder;
import org.partitionproxy.diagnostic.PppException;

/** Servers of a demo's own, from their start to their stop, which comes on every way out. */
final class DemoStage {

  /** What is shown on it. */
  interface Play extends AutoCloseable {

    /** Begins when the servers run, and are initialized. */
    void run(DemoSteps steps, BooleanSupplier ended);

    /** Ends all but the servers, and says what came of it; maybe before {@link #run} ends. */
    @Override
    void close();

    /** The exit status, if nothing else failed. */
    int verdict();
  }

  private static final Duration LONGEST_STEP = Duration.ofSeconds(20);

  private final DemoFolder folder;
  private final DemoOptions options;
  private final Console console;

  DemoStage(DemoFolder folder, DemoOptions options, Console console) {
    this.folder = folder;
    this.options = options;
    this.console = console;
  }

  static Workspace workspace(DemoFolder folder) {
    return workspace(folder.file(), "demo " + folder.demo());
  }

  /**
   * @param command as which it is known to servers
   */
  static Workspace workspace(Path file, String command) {
    CommonOptions common = new CommonOptions();
    common.config = file;
    return Workspace.open(common, command);
  }

  /** For a demo that begins anew each time: what the last run left is deleted. */
  static void clear(DemoFolder folder) {
    if (folder.isMade()) {
      Main.run("stop", "--delete-data", "--yes", "--config", folder.file().toString());
    }
  }

  /** Those of servers that run since an earlier demo was killed. */
  static IntPredicate portsInUse(DemoFolder folder) {
    if (!folder.isMade()) {
      return port -> false;
    }
    try {
      Workspace workspace = workspace(folder);
      List<Integer> ports = new ArrayList<>();
      workspace
          .runtimes()
          .find()
          .ifPresent(
              servers ->
                  workspace.topology().servers().stream()
                      .filter(servers::isRunning)
                      .forEach(server -> ports.add(server.port())));
      return ports::contains;
    } catch (PppException e) {
      return port -> false;
    }
  }

  /** Returns the exit status. */
  int show(Function<Workspace, Play> plays) {
    Workspace workspace = workspace(folder);
    Play play = plays.apply(workspace);
    AtomicBoolean ended = new AtomicBoolean();
    DemoSteps steps = new DemoSteps(workspace, folder.file(), console, ended::get);
    DemoEnding ending =
        new DemoEnding(
            () -> {
              ended.set(true);
              // So that no command reports that its servers are gone.
              steps.awaitEnd(LONGEST_STEP);
              try {
                play.close();
              } finally {
                stop();
              }
            });
    try (ending) {
      start(steps);
      if (steps.status() == 0 && !ended.get()) {
        play.run(steps, ended::get);
      }
    } catch (RuntimeException e) {
      if (!ending.hasBegun()) {
        throw e;
      }
    }
    return steps.status() == 0 ? play.verdict() : steps.status();
  }

  private void start(DemoSteps steps) {
    steps.say(
        workspace(folder).topology().replicas().isEmpty()
            ? "Start a veneer and a shard."
            : "Start a veneer, a shard and its replica.");
    if (options.runtime == null) {
      steps.run("start");
    } else {
      steps.run("start", "--runtime", options.runtime.toString());
    }
    steps.say("Make them match the shards.yaml of this demo.");
    steps.run("initialize");
  }

  private void stop() {
    String config = folder.file().toString();
    if (options.purge) {
      Main.run("stop", "--delete-data", "--yes", "--config", config);
      folder.delete();
    } else {
      Main.run("stop", "--config", config);
    }
  }
}
