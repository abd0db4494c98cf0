package org.partitionproxy.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.partitionproxy.apply.RunLock;
import org.partitionproxy.apply.Sessions;
import org.partitionproxy.console.ProgressLine;
import org.partitionproxy.console.ReplicasView;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.ExitCode;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.plan.Stage;
import org.partitionproxy.provision.Outcome;
import org.partitionproxy.provision.Provisioner;
import org.partitionproxy.replica.ReplicaControl;
import org.partitionproxy.replica.ReplicaStatus;
import org.partitionproxy.replica.ReplicaStatusReader;
import org.partitionproxy.replica.Replication;
import org.partitionproxy.replica.Verification;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.ReplicaDefinition;
import org.partitionproxy.topology.Tenant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code ppp replicas}: how replicas follow their shards, and what can be done to one. */
@Command(
    name = "replicas",
    description = "Shows how replicas follow their shards, and what these keep for them.",
    footer = {
      "",
      "Exit status: 0 all follow, 4 a server cannot be reached, 7 one does not follow (the message",
      "says what to do)."
    },
    subcommands = {
      ReplicasCommand.Verify.class,
      ReplicasCommand.Resync.class,
      ReplicasSkipCommand.class,
      ReplicasCommand.Refresh.class,
      ReplicasCommand.Pause.class,
      ReplicasCommand.Resume.class,
      ReplicasDropCommand.class
    })
final class ReplicasCommand implements Callable<Integer> {

  @Mixin CommonOptions common = new CommonOptions();
  @Mixin OutputOption output = new OutputOption();
  @Mixin Console console = new Console();

  @Override
  public Integer call() {
    Workspace workspace = Workspace.open(common, "replicas");
    List<ReplicaStatus> all = new ArrayList<>();
    try (Sessions sessions = new Sessions(workspace.connector())) {
      ReplicaStatusReader reader = new ReplicaStatusReader(sessions);
      workspace.topology().replicas().forEach(r -> all.add(reader.read(of(workspace, r))));
    }
    console.out(output.json() ? ReplicasView.json(all) : ReplicasView.render(all));
    List<Diagnostic> problems = new ArrayList<>();
    all.forEach(one -> problems.addAll(one.unreachable()));
    all.forEach(one -> problems.addAll(one.problems()));
    console.problems(problems);
    return problems.stream()
        .filter(Diagnostic::isError)
        .findFirst()
        .map(d -> d.code().exitCode())
        .orElse(ExitCode.DONE)
        .status();
  }

  static Replication of(Workspace workspace, ReplicaDefinition replica) {
    return Replication.of(
        workspace.topology(),
        replica,
        workspace
            .runtime()
            .addressFromVeneer(
                workspace.topology().findServer(replica.shard().value()).orElseThrow()),
        Tenant.HISTORY_TABLE);
  }

  /**
   * @throws PppException if shards.yaml has no such replica
   */
  private static Replication require(Workspace workspace, String name) {
    return workspace.topology().replicas().stream()
        .filter(replica -> replica.name().value().equals(name))
        .findFirst()
        .map(replica -> of(workspace, replica))
        .orElseThrow(
            () ->
                new PppException(
                    Diagnostic.error(
                        Code.REPLICA_UNKNOWN,
                        "no replica is called \"" + name + "\"",
                        "`ppp replicas` shows all there are. What a shard keeps for one that is not"
                            + " in shards.yaml any more, `ppp initialize` drops.")));
  }

  /** Does what the plan says of replicas. */
  static Outcome bring(Workspace workspace, String command, ProgressLine progress) {
    try (Provisioner provisioner = workspace.provisioner()) {
      return provisioner.initialize(
          new TreeSet<>(List.of(Stage.REPLICAS)),
          Operator.origin(command, workspace.topology()),
          new RunProgress(progress));
    }
  }

  /** What is done to one of them. */
  abstract static class OnReplica implements Callable<Integer> {

    @Mixin CommonOptions common = new CommonOptions();
    @Mixin Console console = new Console();

    @Parameters(index = "0", paramLabel = "REPLICA", description = "As in shards.yaml.")
    String replica = "";

    /** Does it, while no other run changes anything, and says what came of it. */
    abstract String done(ReplicaControl control, Replication replication);

    @Override
    public Integer call() {
      Workspace workspace = Workspace.open(common, "replicas");
      Replication replication = require(workspace, replica);
      try (RunLock lock = RunLock.acquire(workspace.connector(), workspace.topology());
          Sessions sessions = new Sessions(workspace.connector())) {
        lock.requireHeld();
        console.out(done(new ReplicaControl(sessions), replication) + "\n");
      }
      return ExitCode.DONE.status();
    }
  }

  /** {@code ppp replicas pause}. */
  @Command(
      name = "pause",
      description = "Has a replica stay as it is; its shard keeps what it misses.")
  static final class Pause extends OnReplica {

    @Override
    String done(ReplicaControl control, Replication replication) {
      control.pause(replication);
      return "Replica " + replica + " is paused.";
    }
  }

  /** {@code ppp replicas resume}. */
  @Command(name = "resume", description = "Has a paused replica go on.")
  static final class Resume extends OnReplica {

    @Override
    String done(ReplicaControl control, Replication replication) {
      control.resume(replication);
      return "Replica " + replica + " goes on.";
    }
  }

  /** {@code ppp replicas refresh}. */
  @Command(
      name = "refresh",
      description = "Carries over where sequences are, which replication does not.")
  static final class Refresh extends OnReplica {

    @Override
    String done(ReplicaControl control, Replication replication) {
      return "Carried over " + control.carrySequences(replication) + " sequences.";
    }
  }

  /** {@code ppp replicas verify}. */
  @Command(
      name = "verify",
      description = {
        "Compares all rows of a replica and its shard, as of one moment. Who writes to the shard",
        "waits for that moment: until the replica has what was written before."
      },
      footer = {"", "Exit status: 0 the rows are the same, 10 they are not."})
  static final class Verify implements Callable<Integer> {

    @Mixin CommonOptions common = new CommonOptions();
    @Mixin OutputOption output = new OutputOption();
    @Mixin Console console = new Console();

    @Parameters(paramLabel = "REPLICA", description = "As in shards.yaml.")
    String replica = "";

    @Override
    public Integer call() {
      Workspace workspace = Workspace.open(common, "replicas verify");
      try (Sessions sessions = new Sessions(workspace.connector())) {
        List<Verification.Compared> compared =
            new Verification(sessions).run(require(workspace, replica));
        console.out(
            output.json() ? ReplicasView.jsonOf(compared) : ReplicasView.compared(compared));
        boolean same = compared.stream().allMatch(Verification.Compared::same);
        return (same ? ExitCode.DONE : ExitCode.FINDINGS).status();
      }
    }
  }

  /** {@code ppp replicas resync}. */
  @Command(
      name = "resync",
      description = "Empties a table of a replica, of all tenants, and copies it once more.")
  static final class Resync extends OnReplica {

    @Parameters(index = "1", paramLabel = "TABLE", description = "Its name without a schema.")
    String table = "";

    @Override
    String done(ReplicaControl control, Replication replication) {
      return "Copying " + control.forget(replication, Identifier.of(table)) + " tables once more.";
    }

    /** What is forgotten is missing then, and made as the plan says. */
    @Override
    public Integer call() {
      int status = super.call();
      Workspace workspace = Workspace.open(common, "replicas");
      try (ProgressLine progress = console.progress()) {
        Outcome outcome = bring(workspace, "replicas resync", progress);
        progress.finish();
        console.problems(outcome.diagnostics());
        return Math.max(status, outcome.exitCode().status());
      }
    }
  }
}
