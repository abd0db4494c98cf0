package org.partitionproxy.workflow;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Supplier;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.topology.ServerDefinition;

/**
 * A workflow that this process works on. Each step has to be one that can be done again after it
 * was cut short anywhere; one that has ended is not done again.
 */
public final class OpenWorkflow implements AutoCloseable {

  private final Connector connector;
  private final ServerDefinition server;
  private final Session session;
  private final WorkflowJournal journal;
  private final Workflow workflow;
  private final SortedMap<String, String> definition;
  private final WorkflowListener listener;
  private int steps;

  OpenWorkflow(
      Connector connector,
      ServerDefinition server,
      Session session,
      Workflow workflow,
      WorkflowListener listener) {
    this.listener = listener;
    this.connector = connector;
    this.server = server;
    this.session = session;
    this.journal = new WorkflowJournal(session);
    this.workflow = workflow;
    this.definition = journal.definition(workflow.id().number());
  }

  public Workflow workflow() {
    return workflow;
  }

  public WorkflowId id() {
    return workflow.id();
  }

  public SortedMap<String, String> definition() {
    return definition;
  }

  /** The session that holds the workflow's lock, in the database with its data. */
  public Session session() {
    return session;
  }

  /** One more session there, for another thread. */
  public Session another() {
    Session more = connector.superuser(server);
    WorkflowLock.join(more, id());
    return more;
  }

  /**
   * Does the next step, unless it was done before.
   *
   * @param work returns what came of it, for people
   */
  public void step(String name, Supplier<String> work) {
    steps++;
    Optional<WorkflowStep> before =
        workflow.steps().stream().filter(s -> s.number() == steps).findFirst();
    if (before.isPresent() && before.get().finishedAt().isPresent()) {
      return;
    }
    listener.step(name);
    journal.stepBegins(id().number(), steps, name);
    String detail = work.get();
    journal.stepEnds(id().number(), steps, detail);
  }

  /** Whether a step of that name has ended, in this process or another. */
  public boolean hasDone(String name) {
    return journal.find(id().shard(), id().number()).map(Workflow::steps).orElse(List.of()).stream()
        .anyMatch(s -> s.name().equals(name) && s.finishedAt().isPresent());
  }

  public void become(WorkflowState state) {
    journal.state(id().number(), state);
  }

  void failed(String error) {
    journal.error(id().number(), error);
  }

  @Override
  public void close() {
    session.close();
  }
}
