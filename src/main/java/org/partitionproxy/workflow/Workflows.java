package org.partitionproxy.workflow;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Topology;

/** The workflows of a topology: begun, listed, taken up again and ended. */
public final class Workflows {

  private final Topology topology;
  private final Connector connector;
  private final List<? extends WorkflowKind> kinds;
  private final WorkflowListener listener;

  public Workflows(
      Topology topology,
      Connector connector,
      List<? extends WorkflowKind> kinds,
      WorkflowListener listener) {
    this.topology = topology;
    this.connector = connector;
    this.kinds = List.copyOf(kinds);
    this.listener = listener;
  }

  /**
   * The workflows of all shards that answer.
   *
   * @param problems of those that don't
   */
  public record Listing(List<Workflow> workflows, List<Diagnostic> problems) {

    public Listing {
      workflows = List.copyOf(workflows);
      problems = List.copyOf(problems);
    }
  }

  public Listing all() {
    List<Workflow> workflows = new ArrayList<>();
    List<Diagnostic> problems = new ArrayList<>();
    for (ServerDefinition shard : topology.shards()) {
      try (Session session = connector.superuser(shard)) {
        WorkflowJournal journal = new WorkflowJournal(session);
        if (journal.isThere()) {
          workflows.addAll(journal.all(shard.name()));
        }
      } catch (SqlFailure e) {
        if (e.diagnostics().get(0).code() != Code.DATABASE_MISSING) {
          problems.addAll(e.diagnostics());
        }
      }
    }
    return new Listing(workflows, problems);
  }

  /**
   * @throws PppException {@link Code#WORKFLOW_UNKNOWN}
   */
  public Workflow require(String id) {
    WorkflowId parsed = parse(id);
    try (Session session = connector.superuser(shard(parsed))) {
      return shown(session, find(session, parsed));
    }
  }

  private Workflow shown(Session session, Workflow workflow) {
    return workflow.state() == WorkflowState.WAITING
        ? workflow.keeping(Optional.of(kind(workflow).kept(session, workflow.id())))
        : workflow;
  }

  /** Begins a workflow and does it; returns it as it is then. */
  public Workflow start(ServerDefinition shard, NewWorkflow one) {
    try (Session session = connector.superuser(shard)) {
      WorkflowJournal journal = new WorkflowJournal(session);
      journal.install();
      WorkflowId id =
          session.inTransaction(
              () -> {
                WorkflowId begun = new WorkflowId(shard.name(), journal.begin(one));
                WorkflowLock.take(session, begun);
                return begun;
              });
      return work(session, shard, find(session, id), w -> kind(w.workflow()).run(w));
    }
  }

  /** Goes on with one that was cut short. */
  public Workflow resume(String id) {
    return open(id, "resumed", List.of(WorkflowState.RUNNING), w -> kind(w.workflow()).run(w));
  }

  /** Undoes one that is not finished. */
  public Workflow abort(String id) {
    return open(
        id,
        "aborted",
        List.of(WorkflowState.RUNNING, WorkflowState.WAITING, WorkflowState.ABORTING),
        w -> kind(w.workflow()).abort(w));
  }

  /** Ends one that waits for it. */
  public Workflow finish(String id) {
    return open(id, "finished", List.of(WorkflowState.WAITING), w -> kind(w.workflow()).finish(w));
  }

  /** What it was, is told from the journal after its lock is taken. */
  private Workflow open(
      String id, String deed, List<WorkflowState> from, Consumer<OpenWorkflow> work) {
    WorkflowId parsed = parse(id);
    ServerDefinition shard = shard(parsed);
    try (Session session = connector.superuser(shard)) {
      find(session, parsed);
      WorkflowLock.take(session, parsed);
      Workflow workflow = find(session, parsed);
      if (!from.contains(workflow.state())) {
        throw new PppException(
            Diagnostic.error(
                Code.WORKFLOW_STATE,
                "workflow \"" + id + "\" is " + workflow.state() + " and can't be " + deed,
                workflow.state() == WorkflowState.WAITING
                    ? "Its work is done; `ppp workflows finish " + id + "` drops what it has kept."
                    : "`ppp workflows show " + id + "` shows its steps."));
      }
      return work(session, shard, workflow, work);
    }
  }

  private Workflow work(
      Session session, ServerDefinition shard, Workflow workflow, Consumer<OpenWorkflow> work) {
    OpenWorkflow open = new OpenWorkflow(connector, shard, session, workflow, listener);
    listener.begins(workflow.id());
    try {
      work.accept(open);
      return shown(session, find(session, workflow.id()));
    } catch (PppException e) {
      throw e.diagnostics().get(0).code() == Code.WORKFLOW_STATE ? e : stopped(session, open, e);
    }
  }

  private static PppException stopped(Session session, OpenWorkflow open, PppException why) {
    Workflow now = open.workflow();
    try {
      open.failed(why.diagnostics().get(0).summary());
      now = find(session, open.id());
    } catch (SqlFailure e) {
      why.addSuppressed(e);
    }
    List<Diagnostic> all = new ArrayList<>(List.of(stopped(now)));
    all.addAll(why.diagnostics());
    return new PppException(all);
  }

  private static Diagnostic stopped(Workflow workflow) {
    String name = "workflow \"" + workflow.id() + "\"";
    return switch (workflow.state()) {
      case WAITING ->
          Diagnostic.error(
              Code.WORKFLOW_STOPPED,
              name + " waits as before",
              "`ppp workflows abort %1$s` or `ppp workflows finish %1$s` tries again."
                  .formatted(workflow.id()));
      case ABORTING ->
          Diagnostic.error(
              Code.WORKFLOW_STOPPED,
              name + " stopped while it was undone",
              "`ppp workflows abort " + workflow.id() + "` goes on with that.");
      default ->
          Diagnostic.error(
              Code.WORKFLOW_STOPPED,
              name
                  + " stopped"
                  + workflow.lastStep().map(s -> " in step \"" + s.name() + "\"").orElse(""),
              "`ppp workflows resume %1$s` goes on from there, `ppp workflows abort %1$s` undoes it."
                  .formatted(workflow.id()));
    };
  }

  private WorkflowKind kind(Workflow workflow) {
    String name = workflow.kind();
    return kinds.stream()
        .filter(k -> k.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new PppException(
                    Diagnostic.error(
                        Code.WORKFLOW_UNKNOWN,
                        "this ppp does not know workflows of kind \"" + name + "\"",
                        "A newer one began it; use that.")));
  }

  private static WorkflowId parse(String id) {
    return WorkflowId.parse(id).orElseThrow(() -> unknown(id));
  }

  private ServerDefinition shard(WorkflowId id) {
    return topology.shards().stream()
        .filter(s -> s.name().equals(id.shard()))
        .findFirst()
        .orElseThrow(() -> unknown(id.toString()));
  }

  private static Workflow find(Session session, WorkflowId id) {
    WorkflowJournal journal = new WorkflowJournal(session);
    Optional<Workflow> found =
        journal.isThere() ? journal.find(id.shard(), id.number()) : Optional.empty();
    return found.orElseThrow(() -> unknown(id.toString()));
  }

  private static PppException unknown(String id) {
    return new PppException(
        Diagnostic.error(
            Code.WORKFLOW_UNKNOWN,
            "there is no workflow \"" + id + "\"",
            "`ppp workflows` lists them; their names are like \"shard1-3\"."));
  }
}
