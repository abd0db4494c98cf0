package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Predicate;
import org.partitionproxy.apply.Sessions;
import org.partitionproxy.catalog.EveryoneReader;
import org.partitionproxy.catalog.OwnerReader;
import org.partitionproxy.catalog.TableReader;
import org.partitionproxy.catalog.TypeReader;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.Workers;
import org.partitionproxy.ledger.EveryoneLedger;
import org.partitionproxy.ledger.Ledger;
import org.partitionproxy.mirror.Everyone;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.EveryoneChanges;
import org.partitionproxy.plan.ObjectKind;
import org.partitionproxy.plan.OwnerChanges;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.state.Table;
import org.partitionproxy.state.UnionTable;
import org.partitionproxy.state.UnionView;
import org.partitionproxy.state.UserType;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.Topology;

/** Finds out whether schema {@code everyone} is in step, by fingerprints, and plans its change. */
final class EveryonePlanner {

  private final Topology topology;
  private final DesiredState desired;
  private final Sessions sessions;
  private final Workers workers;
  private final EveryoneChanges changes;
  private final EveryoneReader reader = new EveryoneReader();

  EveryonePlanner(Topology topology, DesiredState desired, Sessions sessions, Workers workers) {
    this.topology = topology;
    this.desired = desired;
    this.sessions = sessions;
    this.workers = workers;
    this.changes =
        new EveryoneChanges(topology.adminRole(), topology.mirrorRole(), topology.readerRole());
  }

  /**
   * What has to change.
   *
   * @param compared whether it was not in step by its fingerprints
   * @param grants by shard, of tenants' tables to the reader
   * @param changes by server, of schema everyone
   * @param notes in what tenants' tables differ, whether or not anything changes
   * @param source the fingerprint that the ledger will keep
   */
  record EveryonePlan(
      boolean compared,
      Map<ServerDefinition, List<Change>> grants,
      Map<ServerDefinition, List<Change>> changes,
      List<String> notes,
      String source) {

    static EveryonePlan inStep(List<String> notes) {
      return new EveryonePlan(false, Map.of(), Map.of(), notes, "");
    }

    boolean hasGrants() {
      return grants.values().stream().anyMatch(some -> !some.isEmpty());
    }

    boolean isEmpty() {
      return !hasGrants() && changes.values().stream().allMatch(List::isEmpty);
    }

    /** Grants before what reads the tables. */
    List<Change> of(ServerDefinition server) {
      List<Change> all = new ArrayList<>(grants.getOrDefault(server, List.of()));
      all.addAll(changes.getOrDefault(server, List.of()));
      return all;
    }
  }

  /** Whether it is wanted, or is there and no longer wanted. */
  boolean isConcerned() {
    return topology.everyone() || known().stream().anyMatch(Optional::isPresent);
  }

  /** What each veneer knows. */
  private List<Optional<EveryoneLedger.Known>> known() {
    return topology.veneers().stream()
        .map(v -> sessions.with(v, session -> new EveryoneLedger(session).known()))
        .toList();
  }

  /**
   * Compares what is with what should be, of all tenants whose schemas are there.
   *
   * @param survey in which every server has answered
   */
  EveryonePlan plan(Survey survey) {
    if (!topology.veneers().stream().allMatch(v -> survey.isStamped(v.name()))) {
      return EveryonePlan.inStep(List.of());
    }
    List<Optional<EveryoneLedger.Known>> known = known();
    List<String> remembered =
        known.stream()
            .flatMap(Optional::stream)
            .findFirst()
            .map(EveryoneLedger.Known::notes)
            .orElse(List.of());
    boolean concerned = topology.everyone() || known.stream().anyMatch(Optional::isPresent);
    if (!concerned || !survey.unreachable().isEmpty()) {
      return EveryonePlan.inStep(remembered);
    }
    String source = source(survey);
    Predicate<Optional<EveryoneLedger.Known>> sameSource =
        one -> one.isPresent() && one.get().source().equals(source);
    if (known.stream().allMatch(sameSource)) {
      String made = made();
      if (known.stream().allMatch(one -> one.isPresent() && one.get().made().equals(made))) {
        return EveryonePlan.inStep(remembered);
      }
    }
    return topology.everyone() ? compare(survey, source) : removal();
  }

  private String source(Survey survey) {
    StringBuilder text = new StringBuilder();
    text.append(Everyone.VERSION).append(' ').append(topology.everyone()).append(' ');
    text.append(topology.readerRole().quoted()).append('\n');
    for (Tenant tenant : present(survey)) {
      text.append(tenant.name()).append(' ').append(tenant.shard()).append(' ');
      text.append(tenant.schema().quoted()).append(' ');
      text.append(survey.fingerprint(tenant.shard(), tenant.schema())).append('\n');
    }
    return digest(text.toString());
  }

  private static String digest(String text) {
    return UUID.nameUUIDFromBytes(text.getBytes(java.nio.charset.StandardCharsets.UTF_8))
        .toString();
  }

  private List<Tenant> present(Survey survey) {
    return topology.tenants().stream()
        .filter(tenant -> survey.hasSchema(tenant.shard(), tenant.schema()))
        .toList();
  }

  /** The fingerprint of what is there, on all servers. */
  String made() {
    Map<ServerName, String> found = new TreeMap<>();
    workers.forEach(
        topology.primaries(),
        server -> {
          String one =
              sessions.with(server, session -> reader.fingerprint(session, topology.readerRole()));
          synchronized (found) {
            found.put(server.name(), one);
          }
        });
    return digest(found.toString());
  }

  private EveryonePlan compare(Survey survey, String source) {
    Map<ServerName, List<Everyone.Source>> sources = sources(present(survey));
    List<Everyone.Source> all = new ArrayList<>();
    topology.shards().forEach(s -> all.addAll(sources.getOrDefault(s.name(), List.of())));
    Everyone everyone = Everyone.of(all, Tenant.HISTORY_TABLE, topology.readerRole());
    Map<ServerDefinition, List<Change>> grants = new LinkedHashMap<>();
    Map<ServerDefinition, List<Change>> made = new LinkedHashMap<>();
    SortedSet<Identifier> shown =
        new TreeSet<>(everyone.tables().stream().map(t -> t.name().name()).toList());
    for (ServerDefinition shard : topology.shards()) {
      grants.put(shard, grants(sources.getOrDefault(shard.name(), List.of()), shown));
      made.put(shard, shard(shard, everyone.views().getOrDefault(Wires.name(shard), List.of())));
    }
    topology.veneers().forEach(v -> made.put(v, veneer(v, everyone.tables())));
    return new EveryonePlan(true, grants, made, everyone.notes(), source);
  }

  private List<Change> grants(List<Everyone.Source> sources, SortedSet<Identifier> shown) {
    List<Change> grants = new ArrayList<>();
    for (Everyone.Source source : sources) {
      List<QualifiedName> closed =
          source.tables().stream()
              .filter(t -> shown.contains(t.name().name()) && Everyone.isTable(t))
              .filter(t -> !t.acl().of(topology.readerRole()).contains("SELECT"))
              .map(Table::name)
              .toList();
      if (!closed.isEmpty()) {
        grants.add(changes.readable(closed.get(0).schema(), closed));
      }
    }
    return grants;
  }

  private List<Change> shard(ServerDefinition shard, List<UnionView> should) {
    return sessions.with(
        shard,
        session -> {
          SortedSet<Identifier> there = reader.schemas(session);
          List<Change> some = new ArrayList<>();
          if (!should.isEmpty()) {
            boolean open = reader.isOpen(session, topology.readerRole(), new TreeMap<>());
            some.addAll(changes.shardSchemas(there, open));
          }
          some.addAll(changes.views(reader.views(session, desired.scope(shard)), should));
          return some;
        });
  }

  private List<Change> veneer(ServerDefinition veneer, List<UnionTable> should) {
    return sessions.with(
        veneer,
        session -> {
          SortedSet<Identifier> there = reader.schemas(session);
          List<Change> some = new ArrayList<>(strays(session, there));
          some.addAll(
              changes.veneerSchemas(
                  there,
                  reader.isOpen(session, topology.readerRole(), EveryoneChanges.SETTINGS),
                  veneer.database()));
          some.addAll(changes.tables(reader.tables(session, desired.scope(veneer)), should));
          return some;
        });
  }

  private List<Change> strays(Session session, SortedSet<Identifier> schemas) {
    OwnerReader owners = new OwnerReader();
    Identifier owner = topology.mirrorRole();
    return OwnerChanges.ofEveryone(
        owner, owners.schemas(session, owner, schemas), owners.strays(session, owner, schemas));
  }

  /** What a server has of it, in the order in which it can be dropped; empty if ppp made none. */
  List<Change> removal(ServerDefinition server) {
    return sessions.with(
        server,
        session -> {
          Ledger ledger = new Ledger(session);
          if (ledger.stamp().isEmpty()
              || !ledger.made(ObjectKind.SCHEMA.toString(), Everyone.SCHEMA.value())) {
            return List.of();
          }
          List<Change> some = new ArrayList<>();
          if (server.isVeneer()) {
            some.addAll(changes.tables(reader.tables(session, desired.scope(server)), List.of()));
          } else {
            some.addAll(changes.views(reader.views(session, desired.scope(server)), List.of()));
          }
          some.addAll(changes.dropSchemas(reader.schemas(session)));
          return some;
        });
  }

  /** It was switched off: nothing of it stays but the role, which can't log in any more. */
  private EveryonePlan removal() {
    Map<ServerDefinition, List<Change>> all = new LinkedHashMap<>();
    for (ServerDefinition server : topology.primaries()) {
      List<Change> some = new ArrayList<>(removal(server));
      if (sessions.with(
          server,
          session ->
              new Ledger(session)
                  .made(ObjectKind.ROLE.toString(), topology.readerRole().value()))) {
        some.add(changes.lockOut());
      }
      all.put(server, some);
    }
    return new EveryonePlan(true, Map.of(), all, List.of(), "");
  }

  private Map<ServerName, List<Everyone.Source>> sources(List<Tenant> tenants) {
    Map<ServerName, List<Everyone.Source>> found = new TreeMap<>();
    workers.forEach(
        topology.shards(),
        shard -> {
          List<Tenant> here = tenants.stream().filter(t -> t.shard().equals(shard.name())).toList();
          Map<Identifier, List<Table>> bySchema = tables(shard, here);
          Map<Identifier, List<UserType>> typesOf = types(shard, here);
          List<Everyone.Source> sources =
              here.stream()
                  .map(
                      t ->
                          new Everyone.Source(
                              t.name().value(),
                              Wires.name(shard),
                              bySchema.getOrDefault(t.schema(), List.of()),
                              typesOf.getOrDefault(t.schema(), List.of())))
                  .toList();
          synchronized (found) {
            found.put(shard.name(), sources);
          }
        });
    return found;
  }

  private Map<Identifier, List<Table>> tables(ServerDefinition shard, List<Tenant> tenants) {
    SortedSet<Identifier> schemas = schemas(tenants);
    Map<Identifier, List<Table>> bySchema = new TreeMap<>();
    sessions
        .with(shard, session -> new TableReader().tables(session, desired.scope(shard), schemas))
        .forEach(t -> bySchema.computeIfAbsent(t.name().schema(), s -> new ArrayList<>()).add(t));
    return bySchema;
  }

  private Map<Identifier, List<UserType>> types(ServerDefinition shard, List<Tenant> tenants) {
    Map<Identifier, List<UserType>> bySchema = new TreeMap<>();
    sessions
        .with(shard, session -> new TypeReader().read(session, schemas(tenants)))
        .values()
        .forEach(t -> bySchema.computeIfAbsent(t.name().schema(), s -> new ArrayList<>()).add(t));
    return bySchema;
  }

  private static SortedSet<Identifier> schemas(List<Tenant> tenants) {
    return new TreeSet<>(tenants.stream().map(Tenant::schema).toList());
  }
}
