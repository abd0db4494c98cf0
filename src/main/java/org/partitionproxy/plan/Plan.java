package org.partitionproxy.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.partitionproxy.diagnostic.Diagnostic;

/**
 * What has to be done to make the servers match shards.yaml.
 *
 * @param servers in the topology's order, the veneer first
 * @param deferred what can only be known when an earlier stage is done
 * @param notes what was seen and is left alone
 * @param refusals reasons why nothing may be done at all
 * @param unreachable servers that could not be looked at
 */
public record Plan(
    List<ServerPlan> servers,
    List<Deferred> deferred,
    List<String> notes,
    List<Diagnostic> refusals,
    List<Diagnostic> unreachable) {

  /** The changes of one server, in their order. */
  public record ServerPlan(String server, List<Change> changes) {
    public ServerPlan {
      changes = List.copyOf(changes);
    }
  }

  /**
   * Something that an earlier stage decides.
   *
   * @param what for a person: {@code foreign tables of "acme"}
   * @param until the stage that has to be done first
   */
  public record Deferred(Stage stage, String what, Stage until) {}

  public Plan {
    servers = List.copyOf(servers);
    deferred = List.copyOf(deferred);
    notes = List.copyOf(notes);
    refusals = List.copyOf(refusals);
    unreachable = List.copyOf(unreachable);
  }

  /** Whether every server was seen and nothing needs to be done. */
  public boolean isDone() {
    return unreachable.isEmpty() && refusals.isEmpty() && deferred.isEmpty() && count() == 0;
  }

  public int count() {
    return servers.stream().mapToInt(s -> s.changes().size()).sum();
  }

  public int count(Action action) {
    return (int)
        servers.stream()
            .flatMap(s -> s.changes().stream())
            .filter(c -> c.action() == action)
            .count();
  }

  /** The objects of a kind that are made on any server, each once. */
  public SortedSet<String> newNames(ObjectKind kind) {
    return servers.stream()
        .flatMap(s -> s.changes().stream())
        .filter(c -> c.kind() == kind && c.action() == Action.CREATE)
        .map(Change::name)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** With other notes. */
  public Plan withNotes(List<String> others) {
    return new Plan(servers, deferred, others, refusals, unreachable);
  }

  /** Only these stages. */
  public Plan only(SortedSet<Stage> stages) {
    SortedSet<Stage> kept = new TreeSet<>(stages);
    List<ServerPlan> some = new ArrayList<>();
    for (ServerPlan server : servers) {
      some.add(
          new ServerPlan(
              server.server(),
              server.changes().stream().filter(c -> kept.contains(c.stage())).toList()));
    }
    return new Plan(
        some,
        deferred.stream().filter(d -> kept.contains(d.stage())).toList(),
        notes,
        refusals,
        unreachable);
  }
}
