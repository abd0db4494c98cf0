package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.partitionproxy.apply.Sessions;
import org.partitionproxy.catalog.TypeReader;
import org.partitionproxy.db.Session;
import org.partitionproxy.ledger.Ledger;
import org.partitionproxy.mirror.Mirror;
import org.partitionproxy.mirror.Reads;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.Differ;
import org.partitionproxy.plan.ExtensionChanges;
import org.partitionproxy.plan.ObjectKind;
import org.partitionproxy.plan.Passwords;
import org.partitionproxy.plan.Removals;
import org.partitionproxy.plan.Stage;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.state.ForeignTable;
import org.partitionproxy.state.ServerState;
import org.partitionproxy.state.UserType;
import org.partitionproxy.topology.ReplicaDefinition;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.Topology;

/**
 * Compares what the veneers show of replicas with what these have. Both ends tell it, and the
 * ledger has no part in it: a schema that shows a replica is ppp's alone.
 */
final class ReadsPlanner {

  private static final String TABLES =
      """
      SELECT n.nspname, c.relname
      FROM pg_catalog.pg_class AS c
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      WHERE c.relkind = 'f' AND n.nspname = ANY (?)
        AND pg_catalog.pg_get_userbyid(c.relowner) = ?
      ORDER BY n.nspname, c.relname""";

  private final Topology topology;
  private final DesiredState desired;
  private final MirrorReader reader;
  private final Sessions sessions;

  ReadsPlanner(Topology topology, DesiredState desired, MirrorReader reader, Sessions sessions) {
    this.topology = topology;
    this.desired = desired;
    this.reader = reader;
    this.sessions = sessions;
  }

  /**
   * What one veneer needs.
   *
   * @param extensions first
   * @param changes of the schemas that show replicas
   * @param removal last, of what is not wanted any more
   * @param notes what can't be shown, or is in the way
   */
  record OfVeneer(
      List<Change> extensions, List<Change> changes, List<Change> removal, List<String> notes) {

    List<Change> all() {
      List<Change> all = new ArrayList<>(extensions);
      all.addAll(changes);
      all.addAll(removal);
      return all;
    }
  }

  /** What replicas have of their tenants, by schema. */
  record Copies(Map<ReplicaDefinition, SortedMap<Identifier, Mirror.Source>> sources) {}

  /**
   * @param replicas that answer; of the others all stays as it is
   */
  Copies copies(Collection<ReplicaDefinition> replicas) {
    Map<ReplicaDefinition, SortedMap<Identifier, Mirror.Source>> sources = new LinkedHashMap<>();
    replicas.stream()
        .filter(ReplicaDefinition::reads)
        .forEach(replica -> sources.put(replica, reader.copies(replica.server())));
    return new Copies(sources);
  }

  /** One that has a ledger. */
  OfVeneer plan(ServerDefinition veneer, Copies copies) {
    List<UserType> types = new ArrayList<>();
    List<ForeignTable> tables = new ArrayList<>();
    SortedMap<Identifier, List<String>> notes = new TreeMap<>();
    SortedMap<Identifier, SortedMap<Identifier, Optional<Identifier>>> used = new TreeMap<>();
    ExtensionChanges extensions = extensions(veneer, copies);
    copies
        .sources()
        .forEach(
            (replica, sources) -> {
              Identifier server = Wires.name(replica.server());
              for (Tenant tenant : topology.tenantsOf(replica.shard())) {
                Mirror.Source source = sources.getOrDefault(tenant.schema(), Mirror.Source.NONE);
                SortedMap<Identifier, Optional<Identifier>> possible = source.extensions();
                possible.entrySet().removeIf(e -> !extensions.canHave(e.getKey(), e.getValue()));
                if (!possible.isEmpty()) {
                  used.computeIfAbsent(server, s -> new TreeMap<>()).putAll(possible);
                }
                Mirror shown = mirror(tenant, source, server, possible.keySet());
                types.addAll(shown.types());
                tables.addAll(shown.tables());
                notes.put(tenant.replicaSchema(), shown.notes());
              }
            });
    MirrorPlanner.Shown shown =
        new MirrorPlanner.Shown(
            ServerState.EMPTY.withMirrors(types, tables), notes, List.of(), new TreeMap<>());
    MirrorOwnership ours =
        new MirrorOwnership(shown, reader.reads(veneer, new TreeSet<>(notes.keySet())));
    return new OfVeneer(
        inStage(extensions.changes(used)),
        inStage(new Differ(Passwords.UNKNOWN).diff(ours.is(), ours.should())),
        sessions.with(veneer, session -> removal(session, gone(session))),
        ours.notes().values().stream().flatMap(List::stream).toList());
  }

  private Mirror mirror(
      Tenant tenant, Mirror.Source source, Identifier server, Collection<Identifier> extensions) {
    Mirror mirror =
        Mirror.of(
            source, server, Tenant.HISTORY_TABLE, new TreeSet<>(extensions), topology.adminRole());
    return Reads.of(tenant, mirror, server, topology.adminRole());
  }

  private ExtensionChanges extensions(ServerDefinition veneer, Copies copies) {
    TreeSet<Identifier> names = new TreeSet<>();
    copies
        .sources()
        .values()
        .forEach(all -> all.values().forEach(one -> names.addAll(one.extensions().keySet())));
    return names.isEmpty() ? ExtensionChanges.NONE : reader.extensions(veneer, names);
  }

  /** What ppp made on a veneer to show replicas, and is not to be shown any more. */
  private Gone gone(Session session) {
    Ledger ledger = new Ledger(session);
    SortedSet<Identifier> schemas = made(ledger);
    schemas.removeAll(desired.reads());
    TreeSet<Identifier> servers = new TreeSet<>();
    session.forEach(
        """
        SELECT s.srvname
        FROM pg_catalog.pg_foreign_server AS s
        WHERE s.srvoptions @> ARRAY['updatable=false', 'truncatable=false']
        ORDER BY s.srvname""",
        row -> servers.add(row.identifier("srvname")));
    SortedSet<String> ours = ledger.made(ObjectKind.FOREIGN_SERVER.toString());
    servers.removeIf(server -> !ours.contains(server.value()));
    desired.foreignServers().forEach(servers::remove);
    return new Gone(schemas, servers);
  }

  private record Gone(SortedSet<Identifier> schemas, SortedSet<Identifier> servers) {}

  /** A tenant's own schema may end like them. */
  private SortedSet<Identifier> made(Ledger ledger) {
    TreeSet<Identifier> schemas = new TreeSet<>();
    ledger.made(ObjectKind.SCHEMA.toString()).stream()
        .filter(name -> name.endsWith(Tenant.REPLICA_SUFFIX))
        .forEach(name -> schemas.add(Identifier.of(name)));
    if (!schemas.isEmpty()) {
      schemas.removeAll(ledger.placements().keySet());
    }
    topology.tenants().forEach(tenant -> schemas.remove(tenant.schema()));
    return schemas;
  }

  /** All of some tenants, of whatever replica. */
  List<Change> removal(ServerDefinition veneer, Collection<Tenant> tenants) {
    return sessions.with(
        veneer,
        session -> {
          SortedSet<Identifier> schemas = made(new Ledger(session));
          schemas.retainAll(
              tenants.stream()
                  .map(Tenant::schema)
                  .filter(Tenant::hasRoomForReads)
                  .map(Tenant::replicaSchema)
                  .toList());
          return removal(session, new Gone(schemas, new TreeSet<>()));
        });
  }

  private List<Change> removal(Session session, Gone gone) {
    List<Change> changes = new ArrayList<>();
    if (gone.schemas().isEmpty() && gone.servers().isEmpty()) {
      return changes;
    }
    TreeSet<QualifiedName> tables = new TreeSet<>();
    session.forEach(
        TABLES,
        row -> tables.add(new QualifiedName(row.identifier("nspname"), row.identifier("relname"))),
        gone.schemas().stream().map(Identifier::value).toList(),
        topology.mirrorRole().value());
    Collection<QualifiedName> types = new TypeReader().read(session, gone.schemas()).keySet();
    for (Identifier schema : gone.schemas()) {
      changes.add(
          Removals.reads(
              schema,
              tables.stream().filter(t -> t.schema().equals(schema)).toList(),
              types.stream().filter(t -> t.schema().equals(schema)).toList()));
    }
    SortedSet<String> mappings = new Ledger(session).made(ObjectKind.USER_MAPPING.toString());
    for (Identifier server : gone.servers()) {
      String end = "@" + server;
      mappings.stream()
          .filter(name -> name.endsWith(end))
          .map(name -> Identifier.of(name.substring(0, name.length() - end.length())))
          .forEach(role -> changes.add(Removals.mapping(role, server, Optional.empty())));
      changes.add(Removals.server(server));
    }
    return inStage(changes);
  }

  private static List<Change> inStage(List<Change> changes) {
    return changes.stream().map(change -> change.in(Stage.REPLICAS)).toList();
  }
}
