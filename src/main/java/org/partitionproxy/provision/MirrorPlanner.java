package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.partitionproxy.apply.Sessions;
import org.partitionproxy.catalog.TableReader;
import org.partitionproxy.db.Workers;
import org.partitionproxy.ledger.Ledger;
import org.partitionproxy.ledger.Placement;
import org.partitionproxy.mirror.Mirror;
import org.partitionproxy.plan.Action;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.Differ;
import org.partitionproxy.plan.ObjectKind;
import org.partitionproxy.plan.Passwords;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.state.ForeignTable;
import org.partitionproxy.state.ServerState;
import org.partitionproxy.state.Table;
import org.partitionproxy.topology.ServerDefinition;
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
  private final DesiredState desired;
  private final Sessions sessions;
  private final Workers workers;
  private final TableReader reader = new TableReader();

  MirrorPlanner(Topology topology, DesiredState desired, Sessions sessions, Workers workers) {
    this.topology = topology;
    this.desired = desired;
    this.sessions = sessions;
    this.workers = workers;
  }

  /**
   * The mirrors of some tenants, and what has to change.
   *
   * @param notes by schema, what can't be shown, or is in the way
   * @param sources by schema, the fingerprint that the ledger will keep once it is in step
   * @param tables by schema, the names of the foreign tables that are ppp's own afterwards
   */
  record MirrorPlan(
      List<Change> changes,
      SortedMap<Identifier, List<String>> notes,
      SortedMap<Identifier, String> sources,
      SortedMap<Identifier, SortedSet<String>> tables) {

    static final MirrorPlan NONE =
        new MirrorPlan(List.of(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>());

    /** The schemas that were compared and need no change: only the ledger lags behind. */
    List<Identifier> unchanged() {
      Set<Identifier> changed = new HashSet<>();
      changes.forEach(c -> c.schema().ifPresent(changed::add));
      return sources.keySet().stream().filter(s -> !changed.contains(s)).toList();
    }
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
      SortedMap<Identifier, List<String>> notes, QualifiedName about, String note) {
    notes.computeIfAbsent(about.schema(), s -> new ArrayList<>()).add(note);
  }

  /** Reads both ends of these tenants and compares them. */
  MirrorPlan plan(Survey survey, List<Tenant> tenants) {
    if (tenants.isEmpty()) {
      return MirrorPlan.NONE;
    }
    Map<Identifier, List<Table>> sources = sources(tenants);
    List<ForeignTable> should = new ArrayList<>();
    SortedMap<Identifier, List<String>> notes = new TreeMap<>();
    for (Tenant tenant : tenants) {
      Mirror mirror =
          Mirror.of(
              sources.getOrDefault(tenant.schema(), List.of()),
              DesiredState.name(topology.shardOf(tenant)),
              Tenant.HISTORY_TABLE);
      should.addAll(mirror.tables());
      mirror
          .leftOut()
          .forEach(
              t -> note(notes, t.table(), "table " + t.table() + " is not shown: " + t.reason()));
    }
    Veneer veneer = veneer(survey, schemas(tenants));
    return compare(survey, tenants, sources, should, veneer, notes);
  }

  /** The veneer's end, and which of its foreign tables are ppp's. */
  private record Veneer(TableReader.Relations relations, SortedSet<QualifiedName> ours) {}

  private Veneer veneer(Survey survey, SortedSet<Identifier> schemas) {
    boolean known = survey.find(topology.veneer()).flatMap(ServerSnapshot::stamp).isPresent();
    if (!known) {
      return new Veneer(TableReader.Relations.NONE, new TreeSet<>());
    }
    return sessions.with(
        topology.veneer(),
        session ->
            new Veneer(
                reader.relations(session, desired.mirrorScope(topology.veneer()), schemas),
                new Ledger(session).tables(schemas)));
  }

  private MirrorPlan compare(
      Survey survey,
      List<Tenant> tenants,
      Map<Identifier, List<Table>> sources,
      List<ForeignTable> should,
      Veneer veneer,
      SortedMap<Identifier, List<String>> notes) {
    SortedMap<QualifiedName, ForeignTable> wanted =
        new TreeMap<>(ServerState.index(should, ForeignTable::name));
    SortedMap<QualifiedName, ForeignTable> actual = new TreeMap<>();
    for (ForeignTable table : veneer.relations().foreignTables()) {
      boolean ours = veneer.ours().contains(table.name());
      if (ours) {
        actual.put(table.name(), table);
      } else {
        wanted.remove(table.name());
        note(
            notes,
            table.name(),
            "foreign table " + table.name() + " was not made by ppp and is left alone");
      }
    }
    for (QualifiedName other : veneer.relations().others()) {
      if (wanted.remove(other) != null) {
        note(
            notes,
            other,
            "table "
                + other
                + " of the shard is not shown: the veneer has a table or view of that name, which"
                + " was not made by ppp and is left alone");
      }
    }
    List<Change> changes =
        new ArrayList<>(
            new Differ(Passwords.UNKNOWN)
                .diff(
                    ServerState.EMPTY.withForeignTables(actual.values()),
                    ServerState.EMPTY.withForeignTables(wanted.values())));
    changes.addAll(statistics(survey, changes, sources));
    SortedMap<Identifier, String> fingerprints = new TreeMap<>();
    SortedMap<Identifier, SortedSet<String>> tables = new TreeMap<>();
    for (Tenant tenant : tenants) {
      fingerprints.put(tenant.schema(), source(survey, tenant));
      tables.put(tenant.schema(), new TreeSet<>());
    }
    wanted
        .keySet()
        .forEach(
            name ->
                tables
                    .computeIfAbsent(name.schema(), s -> new TreeSet<>())
                    .add(name.name().value()));
    return new MirrorPlan(changes, notes, fingerprints, tables);
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
      Survey survey, List<Change> changes, Map<Identifier, List<Table>> sources) {
    int version =
        survey.find(topology.veneer()).map(ServerSnapshot::majorVersion).orElse(SAMPLING_SINCE);
    Set<String> fresh = new HashSet<>();
    changes.stream().filter(c -> c.action() != Action.DROP).forEach(c -> fresh.add(c.name()));
    List<Change> statistics = new ArrayList<>();
    sources.forEach(
        (schema, tables) -> {
          List<QualifiedName> analyzed =
              tables.stream()
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

  /** The shards' tables of these tenants, by schema, in the order of their names. */
  private SortedMap<Identifier, List<Table>> sources(List<Tenant> tenants) {
    Map<Identifier, List<Table>> found = new ConcurrentHashMap<>();
    workers.forEach(
        topology.shards(),
        shard -> {
          List<Tenant> here = tenants.stream().filter(t -> t.shard().equals(shard.name())).toList();
          if (!here.isEmpty()) {
            tables(shard, schemas(here))
                .forEach(
                    t -> found.computeIfAbsent(t.name().schema(), s -> new ArrayList<>()).add(t));
          }
        });
    return Collections.unmodifiableSortedMap(new TreeMap<>(found));
  }

  private List<Table> tables(ServerDefinition shard, SortedSet<Identifier> schemas) {
    return sessions.with(
        shard, session -> reader.tables(session, desired.mirrorScope(shard), schemas));
  }

  private static SortedSet<Identifier> schemas(Collection<Tenant> tenants) {
    return new TreeSet<>(tenants.stream().map(Tenant::schema).toList());
  }
}
