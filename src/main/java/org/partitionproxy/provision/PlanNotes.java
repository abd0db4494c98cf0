package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.partitionproxy.ledger.Placement;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.Topology;

/** What was seen and is left alone. */
final class PlanNotes {

  private final Topology topology;
  private final boolean ownServers;

  /**
   * @param ownServers whether ppp runs the servers, so that nobody else relies on how they are
   */
  PlanNotes(Topology topology, boolean ownServers) {
    this.topology = topology;
    this.ownServers = ownServers;
  }

  /**
   * What a run has compared, and left alone.
   *
   * @param mirrors by veneer and schema, of those that were compared now
   */
  record Compared(
      Map<ServerName, Map<Identifier, List<String>>> mirrors,
      List<String> everyone,
      List<String> partitions,
      List<String> jobs,
      List<String> replicas) {

    static final Compared NONE = new Compared(Map.of(), List.of(), List.of(), List.of(), List.of());
  }

  /** Of the mirrors that were compared now, and as remembered of those that were not. */
  List<String> of(Survey survey, Compared compared) {
    List<String> notes = new ArrayList<>(ofMirrors(survey, compared));
    notes.addAll(compared.everyone());
    notes.addAll(compared.partitions());
    notes.addAll(compared.jobs());
    notes.addAll(compared.replicas());
    notes.addAll(new Leftovers(topology, ownServers).notes(survey));
    return notes;
  }

  private List<String> ofMirrors(Survey survey, Compared compared) {
    List<String> notes = new ArrayList<>();
    List<ServerSnapshot> veneers = survey.veneers();
    for (Tenant tenant : topology.tenants()) {
      Map<String, List<String>> where = new LinkedHashMap<>();
      for (ServerSnapshot veneer : veneers) {
        of(veneer, tenant, compared)
            .forEach(
                note ->
                    where
                        .computeIfAbsent(note, n -> new ArrayList<>())
                        .add(veneer.server().name().value()));
      }
      where.forEach(
          (note, names) ->
              notes.add(
                  names.size() == veneers.size()
                      ? note
                      : note + " (on " + String.join(", ", names) + ")"));
    }
    return notes;
  }

  private static List<String> of(ServerSnapshot veneer, Tenant tenant, Compared compared) {
    Placement known = veneer.placements().get(tenant.schema());
    List<String> remembered = known == null ? List.of() : known.notes();
    return compared
        .mirrors()
        .getOrDefault(veneer.server().name(), Map.of())
        .getOrDefault(tenant.schema(), remembered);
  }
}
