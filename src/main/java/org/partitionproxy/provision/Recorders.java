package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import org.partitionproxy.catalog.FingerprintReader;
import org.partitionproxy.db.Session;
import org.partitionproxy.ledger.Ledger;
import org.partitionproxy.plan.Action;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.ObjectKind;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.Topology;

/** Writes the ledger's part of what is done, inside its transaction. */
final class Recorders {

  private final Topology topology;
  private final FingerprintReader fingerprints = new FingerprintReader();

  Recorders(Topology topology) {
    this.topology = topology;
  }

  /**
   * @param databaseIsOurs whether ppp made the database; recorded together with the new ledger
   */
  void global(Session session, List<Change> changes, boolean databaseIsOurs) {
    Ledger ledger = new Ledger(session);
    Map<ObjectKind, List<String>> made = new LinkedHashMap<>();
    for (Change change : changes) {
      if (change.action() == Action.CREATE) {
        made.computeIfAbsent(change.kind(), k -> new ArrayList<>()).add(change.name());
      }
    }
    if (made.containsKey(ObjectKind.LEDGER) && databaseIsOurs) {
      made.put(ObjectKind.DATABASE, List.of(session.server().database().value()));
    }
    made.forEach((kind, names) -> ledger.recordMade(kind.toString(), names));
  }

  /** Schemas that were made or taken over, and that their tenants live here. */
  void schemas(Session session, List<Change> changes) {
    global(session, changes, false);
    Set<Identifier> schemas = new HashSet<>();
    changes.forEach(c -> c.schema().ifPresent(schemas::add));
    placements(session, schemas);
  }

  /** That these are gone; where the ledger itself is among them, there is nothing to write to. */
  void removed(Session session, List<Change> changes) {
    if (changes.stream().anyMatch(c -> c.kind() == ObjectKind.LEDGER)) {
      return;
    }
    Ledger ledger = new Ledger(session);
    for (Change change : changes) {
      if (change.kind() == ObjectKind.SCHEMA && change.schema().isPresent()) {
        Identifier schema = change.schema().get();
        ledger.recordDropped(change.kind().toString(), List.of(schema.value()));
        ledger.forget(List.of(schema));
      } else if (change.kind() == ObjectKind.FOREIGN_TABLE && change.schema().isPresent()) {
        ledger.forget(List.of(change.schema().get()));
      } else if (change.action() == Action.DROP) {
        ledger.recordDropped(change.kind().toString(), List.of(change.name()));
      }
    }
  }

  void placements(Session session, Collection<Identifier> schemas) {
    new Ledger(session)
        .recordHomes(
            topology.tenants().stream()
                .filter(tenant -> schemas.contains(tenant.schema()))
                .map(t -> new Ledger.Home(t.schema(), t.name().value(), t.shard().value()))
                .toList());
  }

  /** That the mirrors of these schemas are as planned, in the ledger of the session's veneer. */
  void mirrors(Session session, Collection<Identifier> schemas, MirrorPlanner.MirrorPlan plan) {
    TreeSet<Identifier> sorted = new TreeSet<>(schemas);
    MirrorPlanner.OfVeneer here = plan.of(session.server());
    placements(session, sorted);
    SortedMap<Identifier, String> now = fingerprints.read(session, sorted);
    new Ledger(session)
        .recordMirrors(
            sorted.stream()
                .map(
                    schema ->
                        new Ledger.InStep(
                            schema,
                            plan.sources().getOrDefault(schema, ""),
                            now.getOrDefault(schema, ""),
                            here.tables().getOrDefault(schema, new TreeSet<>()),
                            here.notes().getOrDefault(schema, List.of()),
                            here.keys().getOrDefault(schema, "[]")))
                .toList());
  }
}
