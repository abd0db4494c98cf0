package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.partitionproxy.ledger.Placement;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.state.ForeignServer;
import org.partitionproxy.topology.InspectionLevel;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.Topology;

/** What is not as shards.yaml says, or is in its way: shown, and left alone. */
final class Leftovers {

  private final Topology topology;
  private final boolean ownServers;

  Leftovers(Topology topology, boolean ownServers) {
    this.topology = topology;
    this.ownServers = ownServers;
  }

  List<String> notes(Survey survey) {
    Set<String> notes = new LinkedHashSet<>();
    survey.veneers().forEach(veneer -> notes.addAll(ofVeneer(veneer)));
    for (ServerSnapshot snapshot : survey.snapshots().values()) {
      if (!ownServers && !snapshot.databaseIsOurs() && !snapshot.publicRights().isClosed()) {
        notes.add(
            "in database \""
                + snapshot.server().database()
                + "\" of "
                + snapshot.server().name()
                + ", which ppp did not make, everybody can see others' sessions and statistics;"
                + " docs/isolation.md says what to revoke");
      }
      if (snapshot.state().database().isPresent()
          && snapshot.majorVersion() > SnapshotReader.NEWEST_TESTED_VERSION) {
        notes.add(
            "server \""
                + snapshot.server().name()
                + "\" runs PostgreSQL "
                + snapshot.majorVersion()
                + ", which this ppp was not tested with");
      }
    }
    ReplicationReadiness replication = new ReplicationReadiness(topology, ownServers);
    survey.snapshots().values().forEach(s -> replication.problem(s).ifPresent(notes::add));
    topology.wantedLevel(ownServers).ifPresent(level -> notes.addAll(logging(survey, level)));
    return List.copyOf(notes);
  }

  /** Levels are set for whole servers and while they run, which no run here does by the way. */
  private static List<String> logging(Survey survey, InspectionLevel wanted) {
    SortedMap<InspectionLevel, List<String>> others = new TreeMap<>();
    for (ServerSnapshot snapshot : survey.snapshots().values()) {
      ServerDefinition server = snapshot.server();
      boolean itsOwn =
          !Collections.disjoint(
              server.settings().keySet(), InspectionLevel.settingNames(snapshot.majorVersion()));
      if (snapshot.level() != wanted && !itsOwn) {
        others.computeIfAbsent(snapshot.level(), l -> new ArrayList<>()).add(server.title());
      }
    }
    return others.entrySet().stream()
        .map(
            other ->
                String.join(", ", other.getValue())
                    + (other.getValue().size() == 1 ? " logs" : " log")
                    + " at level "
                    + other.getKey()
                    + ", and shards.yaml says "
                    + wanted
                    + "; `ppp inspection set` makes it so")
        .toList();
  }

  private List<String> ofVeneer(ServerSnapshot veneer) {
    List<String> notes = new ArrayList<>();
    if (!ownServers && veneer.maintenanceIsOpen()) {
      notes.add(
          "tenants can connect to database \"postgres\" of "
              + veneer.server().title()
              + ", and hold ppp's lock there;"
              + " REVOKE CONNECT ON DATABASE postgres FROM PUBLIC keeps them out");
    }
    Set<Identifier> schemas =
        topology.tenants().stream().map(Tenant::schema).collect(Collectors.toSet());
    for (Map.Entry<Identifier, Placement> placed : veneer.placements().entrySet()) {
      if (!schemas.contains(placed.getKey())) {
        Placement p = placed.getValue();
        notes.add(
            "tenant \""
                + p.tenant()
                + "\" (schema \""
                + p.schema()
                + "\" on shard \""
                + p.shard()
                + "\") is no longer in shards.yaml and is left alone;"
                + " `ppp teardown --tenant "
                + p.tenant()
                + "` removes it from the veneer");
      }
    }
    for (ForeignServer server : veneer.state().foreignServers().values()) {
      if (!Wires.isReadOnly(server)
          && topology.shards().stream().noneMatch(s -> Wires.name(s).equals(server.name()))) {
        notes.add(
            "foreign server \""
                + server.name()
                + "\" is not a shard of shards.yaml and is left alone");
      }
    }
    return notes;
  }
}
