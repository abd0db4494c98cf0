package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.partitionproxy.apply.Lender;
import org.partitionproxy.ledger.Placement;
import org.partitionproxy.mirror.Mirror;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.Differ;
import org.partitionproxy.plan.ExtensionChanges;
import org.partitionproxy.plan.OwnerChanges;
import org.partitionproxy.plan.Passwords;
import org.partitionproxy.plan.ShardTriggerChanges;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.state.ForeignTable;
import org.partitionproxy.state.ServerState;
import org.partitionproxy.state.ShardTrigger;
import org.partitionproxy.state.UserType;
import org.partitionproxy.topology.IdChoice;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.Topology;

/**
 * Finds the tenants whose mirror is not in step, by fingerprints, and plans its change from the
 * shard's tables.
 */
final class MirrorPlanner {

  private final Topology topology;
  private final MirrorReader reader;

  MirrorPlanner(Topology topology, MirrorReader reader) {
    this.topology = topology;
    this.reader = reader;
  }

  /**
   * The mirrors of some tenants, and what has to change.
   *
   * @param veneers what each needs, in the file's order
   * @param onShards what the shards' tables need first
   * @param sources by schema, the fingerprint that the ledger will keep once it is in step
   */
  record MirrorPlan(
      Map<ServerName, OfVeneer> veneers,
      SortedMap<ServerName, List<Change>> onShards,
      SortedMap<Identifier, String> sources) {

    static final MirrorPlan NONE =
        new MirrorPlan(new LinkedHashMap<>(), new TreeMap<>(), new TreeMap<>());

    boolean isEmpty() {
      return onShards.isEmpty()
          && veneers.values().stream()
              .allMatch(v -> v.extensions().isEmpty() && v.changes().isEmpty());
    }

    /** Nothing for a veneer that was not compared. */
    OfVeneer of(ServerDefinition veneer) {
      return veneers.getOrDefault(veneer.name(), OfVeneer.NONE);
    }

    /** All of one server, veneer or shard. */
    List<Change> on(ServerDefinition server) {
      OfVeneer here = of(server);
      return server.isVeneer()
          ? Stream.concat(here.extensions().stream(), here.changes().stream()).toList()
          : onShards.getOrDefault(server.name(), List.of());
    }

    /** By veneer and schema; of each schema that was compared. */
    Map<ServerName, Map<Identifier, List<String>>> notes() {
      Map<ServerName, Map<Identifier, List<String>>> notes = new HashMap<>();
      veneers.forEach((name, veneer) -> notes.put(name, veneer.notes()));
      return notes;
    }

    /** The schemas that were compared and need no change: only the ledger lags behind. */
    List<Identifier> unchanged(ServerDefinition veneer) {
      if (!veneers.containsKey(veneer.name())) {
        return List.of();
      }
      Set<Identifier> changed = new HashSet<>();
      of(veneer).changes().forEach(c -> c.schema().ifPresent(changed::add));
      onShards.values().forEach(some -> some.forEach(c -> c.schema().ifPresent(changed::add)));
      return sources.keySet().stream().filter(s -> !changed.contains(s)).toList();
    }
  }

  /**
   * What one veneer needs.
   *
   * @param extensions first, for all tenants
   * @param changes of tenants' mirrors
   * @param notes by schema, what can't be shown, or is in the way
   * @param tables by schema, the names of the foreign tables and types that are ppp's own
   *     afterwards
   * @param keys by schema, those of the shard's tables, for the ledger
   */
  record OfVeneer(
      List<Change> extensions,
      List<Change> changes,
      SortedMap<Identifier, List<String>> notes,
      SortedMap<Identifier, SortedSet<String>> tables,
      SortedMap<Identifier, String> keys) {

    static final OfVeneer NONE =
        new OfVeneer(List.of(), List.of(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
  }

  /** The same with other sessions: of transactions that are under way. */
  MirrorPlanner over(Lender others) {
    return new MirrorPlanner(topology, reader.over(others));
  }

  /**
   * The tenants whose shard, or mirror on any veneer that was looked at, is not as that veneer's
   * ledger remembers it from the last time.
   */
  List<Tenant> drifted(Survey survey) {
    List<ServerSnapshot> veneers = survey.veneers();
    return topology.tenants().stream()
        .filter(tenant -> survey.hasSchema(tenant.shard(), tenant.schema()))
        .filter(tenant -> veneers.stream().anyMatch(v -> !isInStep(survey, v, tenant)))
        .toList();
  }

  private static boolean isInStep(Survey survey, ServerSnapshot veneer, Tenant tenant) {
    Placement known = veneer.placements().get(tenant.schema());
    return known != null
        && known.source().equals(source(survey, tenant))
        && known.mirror().equals(survey.fingerprint(veneer.server().name(), tenant.schema()));
  }

  private static String source(Survey survey, Tenant tenant) {
    return Mirror.VERSION + ":" + survey.fingerprint(tenant.shard(), tenant.schema());
  }

  /**
   * What the shards' ends of some tenants ask for.
   *
   * @param veneers what each should show
   * @param onShards what the shards' tables need first
   */
  record Derived(
      SortedMap<Identifier, Mirror.Source> sources,
      Map<ServerName, Shown> veneers,
      SortedMap<ServerName, List<Change>> onShards) {}

  /**
   * What one veneer should show; they differ only where one has an extension that another lacks.
   *
   * @param mirrors types and foreign tables as they should be
   * @param notes by schema, what can't be as on the shard
   * @param extensions what it needs first, for all tenants
   * @param keys by schema, as {@link KeysJson} writes them
   */
  record Shown(
      ServerState mirrors,
      SortedMap<Identifier, List<String>> notes,
      List<Change> extensions,
      SortedMap<Identifier, String> keys) {}

  /**
   * Reads the shards' ends.
   *
   * @param survey with the veneers that matter
   */
  Derived derive(Survey survey, List<Tenant> tenants) {
    SortedMap<Identifier, Mirror.Source> sources = reader.sources(tenants);
    Map<Tenant, SortedMap<ShardTrigger, Optional<Identifier>>> triggers = new LinkedHashMap<>();
    Map<ServerName, Shown> veneers = new LinkedHashMap<>();
    for (ServerSnapshot veneer : survey.veneers()) {
      veneers.put(veneer.server().name(), shown(veneer, tenants, sources, triggers));
    }
    SortedMap<ServerName, List<Change>> onShards = new TreeMap<>();
    triggers.forEach(
        (tenant, wanted) -> {
          Mirror.Source source = sources.getOrDefault(tenant.schema(), Mirror.Source.NONE);
          List<Change> changes = ShardTriggerChanges.diff(source.triggers(), wanted);
          if (!changes.isEmpty()) {
            onShards.computeIfAbsent(tenant.shard(), s -> new ArrayList<>()).addAll(changes);
          }
        });
    return new Derived(sources, veneers, onShards);
  }

  /**
   * @param triggers by tenant, gets those that the shards' tables need for this veneer
   */
  private Shown shown(
      ServerSnapshot veneer,
      List<Tenant> tenants,
      SortedMap<Identifier, Mirror.Source> sources,
      Map<Tenant, SortedMap<ShardTrigger, Optional<Identifier>>> triggers) {
    List<UserType> types = new ArrayList<>();
    List<ForeignTable> tables = new ArrayList<>();
    SortedMap<Identifier, List<String>> notes = new TreeMap<>();
    ExtensionChanges extensions = extensions(veneer, sources.values());
    SortedMap<Identifier, SortedMap<Identifier, Optional<Identifier>>> used = new TreeMap<>();
    SortedMap<Identifier, String> keys = new TreeMap<>();
    for (Tenant tenant : tenants) {
      Mirror.Source source = sources.getOrDefault(tenant.schema(), Mirror.Source.NONE);
      Identifier server = Wires.name(topology.shardOf(tenant));
      SortedMap<Identifier, Optional<Identifier>> possible = source.extensions();
      possible.entrySet().removeIf(e -> !extensions.canHave(e.getKey(), e.getValue()));
      if (!possible.isEmpty()) {
        used.computeIfAbsent(server, s -> new TreeMap<>()).putAll(possible);
      }
      Mirror mirror =
          Mirror.of(source, server, Tenant.HISTORY_TABLE, possible.keySet(), topology.adminRole());
      types.addAll(mirror.types());
      tables.addAll(mirror.tables());
      notes.put(
          tenant.schema(),
          Stream.concat(mirror.notes().stream(), unguarded(mirror).stream()).toList());
      keys.put(tenant.schema(), KeysJson.of(mirror.shown(source.tables())));
      triggers.computeIfAbsent(tenant, t -> new TreeMap<>()).putAll(triggers(mirror));
    }
    return new Shown(
        ServerState.EMPTY.withMirrors(types, tables), notes, extensions.changes(used), keys);
  }

  /**
   * Reads both ends of these tenants and compares them, on all veneers of the survey.
   *
   * @return nothing where no veneer is left
   */
  MirrorPlan plan(Survey survey, List<Tenant> tenants) {
    if (tenants.isEmpty() || survey.veneers().isEmpty()) {
      return MirrorPlan.NONE;
    }
    Derived derived = derive(survey, tenants);
    SortedMap<Identifier, String> fingerprints = new TreeMap<>();
    tenants.forEach(tenant -> fingerprints.put(tenant.schema(), source(survey, tenant)));
    Map<ServerName, OfVeneer> veneers = new LinkedHashMap<>();
    for (ServerSnapshot veneer : survey.veneers()) {
      veneers.put(veneer.server().name(), compare(survey, veneer, derived, tenants));
    }
    return new MirrorPlan(veneers, derived.onShards(), fingerprints);
  }

  private OfVeneer compare(
      Survey survey, ServerSnapshot veneer, Derived derived, List<Tenant> tenants) {
    ServerDefinition server = veneer.server();
    Shown shown = Objects.requireNonNull(derived.veneers().get(server.name()));
    List<Tenant> there =
        tenants.stream().filter(t -> !survey.isEmpty(server.name(), t.schema())).toList();
    MirrorOwnership ours =
        new MirrorOwnership(
            shown,
            veneer.stamp().isEmpty() || there.isEmpty()
                ? MirrorReader.Veneer.NONE
                : reader.veneer(server, there));
    List<Change> changes =
        new ArrayList<>(OwnerChanges.ofMirrors(topology.mirrorRole(), ours.strays()));
    changes.addAll(new Differ(Passwords.UNKNOWN).diff(ours.is(), ours.should()));
    changes.addAll(MirrorStatistics.of(changes, derived.sources(), veneer.majorVersion()));
    List<Identifier> schemas = tenants.stream().map(Tenant::schema).toList();
    return new OfVeneer(
        shown.extensions(), changes, ours.notes(), ours.names(schemas), shown.keys());
  }

  /** Asks the veneer only where something uses any; one without a database can't be asked yet. */
  private ExtensionChanges extensions(ServerSnapshot veneer, Collection<Mirror.Source> sources) {
    TreeSet<Identifier> names = new TreeSet<>();
    sources.forEach(source -> names.addAll(source.extensions().keySet()));
    if (names.isEmpty()) {
      return ExtensionChanges.NONE;
    }
    return veneer.state().database().isPresent()
        ? reader.extensions(veneer.server(), names)
        : ExtensionChanges.assumed(names, topology.tenants().stream().map(Tenant::schema).toList());
  }

  private SortedMap<ShardTrigger, Optional<Identifier>> triggers(Mirror mirror) {
    TreeMap<ShardTrigger, Optional<Identifier>> triggers = new TreeMap<>();
    if (topology.ids() == IdChoice.FILL) {
      mirror.numbered().forEach(one -> triggers.put(one.trigger(), Optional.of(one.column())));
      mirror.guarded().forEach(t -> triggers.put(ShardTrigger.guard(t), Optional.empty()));
    }
    return triggers;
  }

  /** What goes wrong without triggers. */
  private List<String> unguarded(Mirror mirror) {
    return topology.ids() == IdChoice.FILL
        ? List.of()
        : mirror.guarded().stream()
            .map(
                table ->
                    "an UPDATE or DELETE of "
                        + table
                        + " on the veneer that is not sent as a whole may change rows of its other"
                        + " partitions: `ids: leave` keeps ppp from guarding it")
            .toList();
  }
}
