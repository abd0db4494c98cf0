package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
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
   * @param extensions what the veneer needs first, for all tenants
   * @param changes of the veneer's tenants
   * @param onShards what the shards' tables need first
   * @param notes by schema, what can't be shown, or is in the way
   * @param sources by schema, the fingerprint that the ledger will keep once it is in step
   * @param tables by schema, the names of the foreign tables and types that are ppp's own
   *     afterwards
   * @param keys by schema, those of the shard's tables, for the ledger
   */
  record MirrorPlan(
      List<Change> extensions,
      List<Change> changes,
      SortedMap<ServerName, List<Change>> onShards,
      SortedMap<Identifier, List<String>> notes,
      SortedMap<Identifier, String> sources,
      SortedMap<Identifier, SortedSet<String>> tables,
      SortedMap<Identifier, String> keys) {

    static final MirrorPlan NONE =
        new MirrorPlan(
            List.of(),
            List.of(),
            new TreeMap<>(),
            new TreeMap<>(),
            new TreeMap<>(),
            new TreeMap<>(),
            new TreeMap<>());

    /** All of the veneer. */
    List<Change> onVeneer() {
      return Stream.concat(extensions.stream(), changes.stream()).toList();
    }

    /** The schemas that were compared and need no change: only the ledger lags behind. */
    List<Identifier> unchanged() {
      Set<Identifier> changed = new HashSet<>();
      changes.forEach(c -> c.schema().ifPresent(changed::add));
      onShards.values().forEach(some -> some.forEach(c -> c.schema().ifPresent(changed::add)));
      return sources.keySet().stream().filter(s -> !changed.contains(s)).toList();
    }
  }

  /** The same with other sessions: of transactions that are under way. */
  MirrorPlanner over(Lender others) {
    return new MirrorPlanner(topology, reader.over(others));
  }

  /** The tenants whose shard or mirror is not as the ledger remembers it from the last time. */
  List<Tenant> drifted(Survey survey) {
    SortedMap<Identifier, Placement> placements =
        survey.find(topology.veneer()).map(ServerSnapshot::placements).orElse(new TreeMap<>());
    List<Tenant> drifted = new ArrayList<>();
    for (Tenant tenant : topology.tenants()) {
      Placement known = placements.get(tenant.schema());
      boolean there = survey.hasSchema(tenant.shard(), tenant.schema());
      if (there && (known == null || !isInStep(survey, tenant, known))) {
        drifted.add(tenant);
      }
    }
    return drifted;
  }

  private static boolean isInStep(Survey survey, Tenant tenant, Placement known) {
    return known.source().equals(source(survey, tenant))
        && known.mirror().equals(survey.fingerprint(ServerName.VENEER, tenant.schema()));
  }

  private static String source(Survey survey, Tenant tenant) {
    return Mirror.VERSION + ":" + survey.fingerprint(tenant.shard(), tenant.schema());
  }

  /**
   * What the shards' ends of some tenants ask for.
   *
   * @param mirrors types and foreign tables as they should be
   * @param notes by schema, what can't be as on the shard
   * @param extensions what the veneer needs first, for all tenants
   * @param onShards what the shards' tables need first
   * @param keys by schema, as {@link KeysJson} writes them
   */
  record Derived(
      SortedMap<Identifier, Mirror.Source> sources,
      ServerState mirrors,
      SortedMap<Identifier, List<String>> notes,
      List<Change> extensions,
      SortedMap<ServerName, List<Change>> onShards,
      SortedMap<Identifier, String> keys) {}

  /** Reads the shards' ends. */
  Derived derive(List<Tenant> tenants) {
    SortedMap<Identifier, Mirror.Source> sources = reader.sources(tenants);
    List<UserType> types = new ArrayList<>();
    List<ForeignTable> tables = new ArrayList<>();
    SortedMap<Identifier, List<String>> notes = new TreeMap<>();
    ExtensionChanges extensions = extensions(sources.values());
    SortedMap<Identifier, SortedMap<Identifier, Optional<Identifier>>> used = new TreeMap<>();
    SortedMap<ServerName, List<Change>> onShards = new TreeMap<>();
    SortedMap<Identifier, String> keys = new TreeMap<>();
    for (Tenant tenant : tenants) {
      Mirror.Source source = sources.getOrDefault(tenant.schema(), Mirror.Source.NONE);
      Identifier server = DesiredState.name(topology.shardOf(tenant));
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
      List<Change> triggers = ShardTriggerChanges.diff(source.triggers(), triggers(mirror));
      if (!triggers.isEmpty()) {
        onShards.computeIfAbsent(tenant.shard(), s -> new ArrayList<>()).addAll(triggers);
      }
    }
    return new Derived(
        sources,
        ServerState.EMPTY.withMirrors(types, tables),
        notes,
        extensions.changes(used),
        onShards,
        keys);
  }

  /** Reads both ends of these tenants and compares them. */
  MirrorPlan plan(Survey survey, List<Tenant> tenants) {
    if (tenants.isEmpty()) {
      return MirrorPlan.NONE;
    }
    Derived derived = derive(tenants);
    Optional<ServerSnapshot> veneer = survey.find(topology.veneer());
    boolean known = veneer.flatMap(ServerSnapshot::stamp).isPresent();
    MirrorOwnership ours =
        new MirrorOwnership(derived, known ? reader.veneer(tenants) : MirrorReader.Veneer.NONE);
    List<Change> changes =
        new ArrayList<>(OwnerChanges.ofMirrors(topology.mirrorRole(), ours.strays()));
    changes.addAll(new Differ(Passwords.UNKNOWN).diff(ours.is(), ours.should()));
    changes.addAll(
        MirrorStatistics.of(changes, derived.sources(), veneer.map(ServerSnapshot::majorVersion)));
    SortedMap<Identifier, String> fingerprints = new TreeMap<>();
    tenants.forEach(tenant -> fingerprints.put(tenant.schema(), source(survey, tenant)));
    return new MirrorPlan(
        derived.extensions(),
        changes,
        derived.onShards(),
        ours.notes(),
        fingerprints,
        ours.names(fingerprints.keySet()),
        derived.keys());
  }

  /** Asks the veneer only where something uses any. */
  private ExtensionChanges extensions(Collection<Mirror.Source> sources) {
    TreeSet<Identifier> names = new TreeSet<>();
    sources.forEach(source -> names.addAll(source.extensions().keySet()));
    return names.isEmpty() ? ExtensionChanges.NONE : reader.extensions(names);
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
