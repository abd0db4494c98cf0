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
import org.partitionproxy.plan.Action;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.Differ;
import org.partitionproxy.plan.ExtensionChanges;
import org.partitionproxy.plan.NumberChanges;
import org.partitionproxy.plan.ObjectKind;
import org.partitionproxy.plan.Passwords;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.state.ForeignTable;
import org.partitionproxy.state.NumberTrigger;
import org.partitionproxy.state.ServerState;
import org.partitionproxy.state.Table;
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

  private static final int SAMPLING_SINCE = 16;
  private static final long MAX_BYTES_WITHOUT_SAMPLING = 64L << 20;

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
   */
  record MirrorPlan(
      List<Change> extensions,
      List<Change> changes,
      SortedMap<ServerName, List<Change>> onShards,
      SortedMap<Identifier, List<String>> notes,
      SortedMap<Identifier, String> sources,
      SortedMap<Identifier, SortedSet<String>> tables) {

    static final MirrorPlan NONE =
        new MirrorPlan(
            List.of(),
            List.of(),
            new TreeMap<>(),
            new TreeMap<>(),
            new TreeMap<>(),
            new TreeMap<>());

    MirrorPlan with(
        List<Change> extensionChanges, SortedMap<ServerName, List<Change>> changesOnShards) {
      return new MirrorPlan(extensionChanges, changes, changesOnShards, notes, sources, tables);
    }

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

  private static void note(
      SortedMap<Identifier, List<String>> notes, Identifier schema, String note) {
    notes.computeIfAbsent(schema, s -> new ArrayList<>()).add(note);
  }

  /** Reads both ends of these tenants and compares them. */
  MirrorPlan plan(Survey survey, List<Tenant> tenants) {
    if (tenants.isEmpty()) {
      return MirrorPlan.NONE;
    }
    SortedMap<Identifier, Mirror.Source> sources = reader.sources(tenants);
    List<UserType> types = new ArrayList<>();
    List<ForeignTable> tables = new ArrayList<>();
    SortedMap<Identifier, List<String>> notes = new TreeMap<>();
    ExtensionChanges extensions = extensions(sources.values());
    SortedMap<Identifier, SortedMap<Identifier, Optional<Identifier>>> used = new TreeMap<>();
    SortedMap<ServerName, List<Change>> onShards = new TreeMap<>();
    for (Tenant tenant : tenants) {
      Mirror.Source source = sources.getOrDefault(tenant.schema(), Mirror.Source.NONE);
      Identifier server = DesiredState.name(topology.shardOf(tenant));
      SortedMap<Identifier, Optional<Identifier>> possible = source.extensions();
      possible.entrySet().removeIf(e -> !extensions.canHave(e.getKey(), e.getValue()));
      if (!possible.isEmpty()) {
        used.computeIfAbsent(server, s -> new TreeMap<>()).putAll(possible);
      }
      Mirror mirror = Mirror.of(source, server, Tenant.HISTORY_TABLE, possible.keySet());
      types.addAll(mirror.types());
      tables.addAll(mirror.tables());
      mirror.notes().forEach(note -> note(notes, tenant.schema(), note));
      List<Change> triggers = NumberChanges.diff(source.triggers(), triggers(mirror));
      if (!triggers.isEmpty()) {
        onShards.computeIfAbsent(tenant.shard(), s -> new ArrayList<>()).addAll(triggers);
      }
    }
    boolean known = survey.find(topology.veneer()).flatMap(ServerSnapshot::stamp).isPresent();
    MirrorReader.Veneer veneer = known ? reader.veneer(tenants) : MirrorReader.Veneer.NONE;
    return compare(
            survey, tenants, sources, ServerState.EMPTY.withMirrors(types, tables), veneer, notes)
        .with(extensions.changes(used), onShards);
  }

  /** Asks the veneer only where something uses any. */
  private ExtensionChanges extensions(Collection<Mirror.Source> sources) {
    TreeSet<Identifier> names = new TreeSet<>();
    sources.forEach(source -> names.addAll(source.extensions().keySet()));
    return names.isEmpty() ? ExtensionChanges.NONE : reader.extensions(names);
  }

  private SortedMap<NumberTrigger, Identifier> triggers(Mirror mirror) {
    TreeMap<NumberTrigger, Identifier> triggers = new TreeMap<>();
    if (topology.ids() == IdChoice.FILL) {
      mirror.numbered().forEach(one -> triggers.put(one.trigger(), one.column()));
    }
    return triggers;
  }

  private MirrorPlan compare(
      Survey survey,
      List<Tenant> tenants,
      SortedMap<Identifier, Mirror.Source> sources,
      ServerState should,
      MirrorReader.Veneer veneer,
      SortedMap<Identifier, List<String>> notes) {
    SortedMap<QualifiedName, ForeignTable> wanted = new TreeMap<>(should.foreignTables());
    SortedMap<QualifiedName, ForeignTable> actual = new TreeMap<>();
    for (ForeignTable table : veneer.relations().foreignTables()) {
      boolean ours = veneer.ours().contains(table.name());
      if (ours) {
        actual.put(table.name(), table);
      } else {
        wanted.remove(table.name());
        note(
            notes,
            table.name().schema(),
            "foreign table " + table.name() + " was not made by ppp and is left alone");
      }
    }
    for (QualifiedName other : veneer.relations().others()) {
      if (wanted.remove(other) != null) {
        note(
            notes,
            other.schema(),
            "table "
                + other
                + " of the shard is not shown: the veneer has a table or view of that name, which"
                + " was not made by ppp and is left alone");
      }
    }
    veneer
        .renumbering()
        .forEach(
            (table, trigger) ->
                note(
                    notes,
                    table.schema(),
                    "trigger \""
                        + trigger
                        + "\" on foreign table "
                        + table
                        + " gives a row new numbers with every UPDATE: drop it there, and make it on"
                        + " the shard's table"));
    SortedMap<QualifiedName, UserType> types = new TreeMap<>(should.types());
    SortedMap<QualifiedName, UserType> actualTypes = new TreeMap<>();
    veneer
        .types()
        .forEach(
            (name, type) -> {
              if (veneer.ours().contains(name)) {
                actualTypes.put(name, type);
              } else if (types.remove(name) != null && !type.equals(should.types().get(name))) {
                note(
                    notes,
                    name.schema(),
                    "type "
                        + name
                        + " is not as on the shard: it was not made by ppp and is left alone");
              }
            });
    List<Change> changes =
        new ArrayList<>(
            new Differ(Passwords.UNKNOWN)
                .diff(
                    ServerState.EMPTY.withMirrors(actualTypes.values(), actual.values()),
                    ServerState.EMPTY.withMirrors(types.values(), wanted.values())));
    changes.addAll(statistics(survey, changes, sources));
    SortedMap<Identifier, String> fingerprints = new TreeMap<>();
    SortedMap<Identifier, SortedSet<String>> tables = new TreeMap<>();
    for (Tenant tenant : tenants) {
      fingerprints.put(tenant.schema(), source(survey, tenant));
      tables.put(tenant.schema(), new TreeSet<>());
    }
    Stream.concat(wanted.keySet().stream(), types.keySet().stream())
        .forEach(
            name ->
                tables
                    .computeIfAbsent(name.schema(), s -> new TreeSet<>())
                    .add(name.name().value()));
    return new MirrorPlan(List.of(), changes, new TreeMap<>(), notes, fingerprints, tables);
  }

  /**
   * Tables with rows are analyzed as they appear: without statistics, joins of one shard are not
   * pushed down. Before PostgreSQL 16 the veneer would fetch a whole table for that, so big ones
   * are left out.
   *
   * @see <a href="https://www.postgresql.org/docs/18/postgres-fdw.html">F.38 postgres_fdw</a>,
   *     analyze_sampling
   */
  private List<Change> statistics(
      Survey survey, List<Change> changes, SortedMap<Identifier, Mirror.Source> sources) {
    int version =
        survey.find(topology.veneer()).map(ServerSnapshot::majorVersion).orElse(SAMPLING_SINCE);
    Set<String> fresh = new HashSet<>();
    changes.stream().filter(c -> c.action() != Action.DROP).forEach(c -> fresh.add(c.name()));
    List<Change> statistics = new ArrayList<>();
    sources.forEach(
        (schema, source) -> {
          List<QualifiedName> analyzed =
              source.tables().stream()
                  .filter(t -> t.bytes() > 0 && fresh.contains(t.name().toString()))
                  .filter(t -> version >= SAMPLING_SINCE || t.bytes() <= MAX_BYTES_WITHOUT_SAMPLING)
                  .map(Table::name)
                  .toList();
          if (!analyzed.isEmpty()) {
            statistics.add(
                Change.ofMirror(
                    Action.ALTER,
                    ObjectKind.STATISTICS,
                    schema
                        + " ("
                        + analyzed.size()
                        + (analyzed.size() == 1 ? " table" : " tables")
                        + " with rows)",
                    schema,
                    List.of(Sql.of("ANALYZE {}", Sql.join(", ", analyzed)))));
          }
        });
    return statistics;
  }
}
