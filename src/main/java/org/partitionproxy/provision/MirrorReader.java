package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.partitionproxy.apply.Lender;
import org.partitionproxy.catalog.OwnerReader;
import org.partitionproxy.catalog.Rereading;
import org.partitionproxy.catalog.ShardTriggerReader;
import org.partitionproxy.catalog.TableReader;
import org.partitionproxy.catalog.TypeReader;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.Workers;
import org.partitionproxy.ledger.Ledger;
import org.partitionproxy.mirror.Mirror;
import org.partitionproxy.plan.ExtensionChanges;
import org.partitionproxy.plan.ObjectKind;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.state.ShardTrigger;
import org.partitionproxy.state.Stray;
import org.partitionproxy.state.Table;
import org.partitionproxy.state.UserType;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.Topology;

/** Reads both ends of mirrors, in a fixed number of queries per server. */
final class MirrorReader {

  private final Topology topology;
  private final DesiredState desired;
  private final Lender sessions;
  private final Workers workers;
  private final TableReader tables = new TableReader();
  private final TypeReader types = new TypeReader();
  private final ShardTriggerReader triggers = new ShardTriggerReader();

  MirrorReader(Topology topology, DesiredState desired, Lender sessions, Workers workers) {
    this.topology = topology;
    this.desired = desired;
    this.sessions = sessions;
    this.workers = workers;
  }

  /** The same with other sessions: of transactions that are under way. */
  MirrorReader over(Lender others) {
    return new MirrorReader(topology, desired, others, workers);
  }

  /**
   * A veneer's end.
   *
   * @param ours the names of foreign tables and types that ppp made
   * @param renumbering triggers by foreign table that make every UPDATE of it number its rows anew
   * @param strays what does not belong to the role that should own it
   */
  record Veneer(
      TableReader.Relations relations,
      SortedMap<QualifiedName, UserType> types,
      SortedSet<QualifiedName> ours,
      SortedMap<QualifiedName, String> renumbering,
      List<Stray> strays) {

    static final Veneer NONE =
        new Veneer(
            TableReader.Relations.NONE,
            new TreeMap<>(),
            new TreeSet<>(),
            new TreeMap<>(),
            List.of());
  }

  Veneer veneer(ServerDefinition veneer, Collection<Tenant> tenants) {
    SortedSet<Identifier> schemas = schemas(tenants);
    return sessions.with(
        veneer,
        session ->
            new Veneer(
                tables.relations(session, desired.mirrorScope(veneer), schemas),
                types.read(session, schemas),
                new Ledger(session).tables(schemas),
                renumbering(session, schemas),
                new OwnerReader().strays(session, topology.mirrorRole(), schemas)));
  }

  /** A veneer's schemas that show replicas: in these all is ppp's that belongs to its role. */
  Veneer reads(ServerDefinition veneer, SortedSet<Identifier> schemas) {
    if (schemas.isEmpty()) {
      return Veneer.NONE;
    }
    return sessions.with(
        veneer,
        session -> {
          TableReader.Relations relations =
              tables.relations(session, desired.mirrorScope(veneer), schemas);
          SortedMap<QualifiedName, UserType> own = types.read(session, schemas);
          TreeSet<QualifiedName> ours = new TreeSet<>(own.keySet());
          relations.foreignTables().forEach(table -> ours.add(table.name()));
          new OwnerReader()
              .strays(session, topology.mirrorRole(), schemas)
              .forEach(stray -> ours.remove(stray.name()));
          return new Veneer(relations, own, ours, new TreeMap<>(), List.of());
        });
  }

  /** What a replica has of its tenants that ppp made there, by schema. */
  SortedMap<Identifier, Mirror.Source> copies(ServerDefinition replica) {
    return sessions.with(
        replica,
        session -> {
          SortedSet<String> made = new Ledger(session).made(ObjectKind.TABLE.toString());
          SortedMap<Identifier, Mirror.Source> copies = new TreeMap<>();
          Rereading.read(session, () -> sources(replica, session, topology.tenantsOn(replica)))
              .forEach((schema, source) -> copies.put(schema, source.only(made)));
          return copies;
        });
  }

  /**
   * Row-level BEFORE UPDATE: with one, postgres_fdw sends all columns of a row, and DEFAULT for
   * generated ones.
   */
  private static SortedMap<QualifiedName, String> renumbering(
      Session session, SortedSet<Identifier> schemas) {
    TreeMap<QualifiedName, String> triggers = new TreeMap<>();
    session.forEach(
        """
        SELECT n.nspname, c.relname, pg_catalog.min(g.tgname::text) AS trigger
        FROM pg_catalog.pg_trigger AS g
        JOIN pg_catalog.pg_class AS c ON c.oid = g.tgrelid
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname = ANY (?) AND c.relkind = 'f' AND NOT g.tgisinternal
          AND g.tgtype::int & 19 = 19
          AND EXISTS (SELECT FROM pg_catalog.pg_attribute AS a
            WHERE a.attrelid = c.oid AND a.attgenerated <> '' AND NOT a.attisdropped)
        GROUP BY n.nspname, c.relname
        ORDER BY n.nspname, c.relname""",
        row ->
            triggers.put(
                new QualifiedName(row.identifier("nspname"), row.identifier("relname")),
                row.string("trigger")),
        schemas.stream().map(Identifier::value).toList());
    return triggers;
  }

  /** What a veneer has, or could have, of these extensions. */
  ExtensionChanges extensions(ServerDefinition veneer, Collection<Identifier> names) {
    return sessions.with(
        veneer,
        session -> {
          TreeMap<Identifier, Optional<Identifier>> available = new TreeMap<>();
          session.forEach(
              """
              SELECT a.name, n.nspname AS schema
              FROM pg_catalog.pg_available_extensions AS a
              LEFT JOIN pg_catalog.pg_extension AS e ON e.extname = a.name
              LEFT JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace
              WHERE a.name = ANY (?)
              ORDER BY a.name""",
              row -> available.put(row.identifier("name"), row.findIdentifier("schema")),
              names.stream().map(Identifier::value).toList());
          TreeMap<Identifier, String> options = new TreeMap<>();
          session.forEach(
              """
              SELECT s.srvname, o.option_value
              FROM pg_catalog.pg_foreign_server AS s
              CROSS JOIN LATERAL pg_catalog.pg_options_to_table(s.srvoptions) AS o
              WHERE o.option_name = 'extensions'
              ORDER BY s.srvname""",
              row -> options.put(row.identifier("srvname"), row.string("option_value")));
          return new ExtensionChanges(
              available,
              new TreeSet<>(
                  session.query(
                      "SELECT nspname FROM pg_catalog.pg_namespace ORDER BY nspname",
                      row -> row.identifier("nspname"))),
              options);
        });
  }

  /** The shards' ends of these tenants, by schema. */
  SortedMap<Identifier, Mirror.Source> sources(List<Tenant> tenants) {
    Map<Identifier, Mirror.Source> found = new ConcurrentHashMap<>();
    workers.forEach(
        topology.shards(),
        shard -> {
          List<Tenant> here = tenants.stream().filter(t -> t.shard().equals(shard.name())).toList();
          if (!here.isEmpty()) {
            found.putAll(
                sessions.with(
                    shard,
                    session -> Rereading.read(session, () -> sources(shard, session, here))));
          }
        });
    return Collections.unmodifiableSortedMap(new TreeMap<>(found));
  }

  private Map<Identifier, Mirror.Source> sources(
      ServerDefinition shard, Session session, List<Tenant> tenants) {
    SortedSet<Identifier> schemas = schemas(tenants);
    Map<Identifier, List<Table>> tablesOf = new HashMap<>();
    for (Table table : tables.tables(session, desired.mirrorScope(shard), schemas)) {
      tablesOf.computeIfAbsent(table.name().schema(), s -> new ArrayList<>()).add(table);
    }
    Map<Identifier, List<UserType>> typesOf = new HashMap<>();
    for (UserType type : types.read(session, schemas).values()) {
      typesOf.computeIfAbsent(type.name().schema(), s -> new ArrayList<>()).add(type);
    }
    Map<Identifier, List<ShardTrigger>> triggersOf = new HashMap<>();
    for (ShardTrigger trigger : triggers.read(session, schemas)) {
      triggersOf.computeIfAbsent(trigger.table().schema(), s -> new ArrayList<>()).add(trigger);
    }
    Map<Identifier, Mirror.Source> sources = new HashMap<>();
    for (Identifier schema : schemas) {
      sources.put(
          schema,
          new Mirror.Source(
              tablesOf.getOrDefault(schema, List.of()),
              typesOf.getOrDefault(schema, List.of()),
              triggersOf.getOrDefault(schema, List.of())));
    }
    return sources;
  }

  private static SortedSet<Identifier> schemas(Collection<Tenant> tenants) {
    return new TreeSet<>(tenants.stream().map(Tenant::schema).toList());
  }
}
