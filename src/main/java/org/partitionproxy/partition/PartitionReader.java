package org.partitionproxy.partition;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.partitionproxy.db.Row;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.topology.Tenant;

/** Reads the partitioned tables of all tenants of a shard, with two queries. */
final class PartitionReader {

  private static final String STATE =
      """
      SELECT s.schema, s.name, s.strategy, s.key, s.policy, s.fits, s.timed, s.ahead, s.retire,
        s.present, s.horizon, s.kept_since, s.kept_from, s.partition_schema, s.partition_name,
        s.bound, s.lower, s.upper, s.lower_position, s.upper_position,
        coalesce(s.is_default, false) AS is_default,
        coalesce(s.is_detaching, false) AS is_detaching, s.rows, s.bytes
      FROM ppp.partition_state(?, pg_catalog.clock_timestamp(), ?) AS s""";

  private static final String LEFTOVERS =
      """
      SELECT r.parent_schema, r.parent_name, r.lower, r.upper,
        r.upper_position::text AS upper_position, r.retire, r.noted_at,
        n.nspname, c.relname
      FROM ppp.retired_partition AS r
      JOIN pg_catalog.pg_class AS c ON c.oid = r.relation
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      WHERE r.parent_schema = ANY (?) AND NOT c.relispartition
        AND (c.relname = r.name OR r.retire <> 'drop')
      ORDER BY r.parent_schema, r.parent_name, r.noted_at, c.relname""";

  /** What a statement says where schema ppp, or one of its functions, is not there. */
  private static final Set<String> NOT_INSTALLED = Set.of("3F000", "42883", "42P01");

  /** Counting more rows than that takes longer than anybody waits. */
  private static final long COUNTED = 10_000_000;

  private final Session session;
  private final Map<String, Tenant> tenants;

  /**
   * @param tenants of that shard
   */
  PartitionReader(Session session, Collection<Tenant> tenants) {
    this.session = session;
    this.tenants =
        tenants.stream()
            .collect(
                Collectors.toMap(
                    tenant -> tenant.schema().value(),
                    Function.identity(),
                    (a, b) -> a,
                    LinkedHashMap::new));
  }

  /**
   * By tenant, as in the file, and by name.
   *
   * @param sized whether sizes are measured, and rows in default partitions counted
   * @throws PppException if the server's ledger has no such functions
   */
  List<PartitionedTable> read(boolean sized) {
    try {
      return order(build(sized), leftovers());
    } catch (SqlFailure e) {
      if (NOT_INSTALLED.contains(e.sqlState())) {
        throw new PppException(
            Diagnostic.error(
                Code.NOT_INITIALIZED,
                "shard \"" + session.server().name() + "\" has none of ppp's partition functions",
                "Run `ppp initialize`: it installs them."),
            e);
      }
      throw e;
    }
  }

  private Map<QualifiedName, PartitionedTable> build(boolean sized) {
    Map<QualifiedName, PartitionedTable> heads = new LinkedHashMap<>();
    Map<QualifiedName, List<Partition>> partitions = new LinkedHashMap<>();
    session.forEach(
        STATE,
        row -> {
          QualifiedName name = new QualifiedName(row.identifier("schema"), row.identifier("name"));
          if (!heads.containsKey(name)) {
            heads.put(name, table(name, row));
            partitions.put(name, new ArrayList<>());
          }
          row.findIdentifier("partition_name")
              .ifPresent(
                  part -> partitions.getOrDefault(name, List.of()).add(partition(part, row)));
        },
        tenants.keySet(),
        sized);
    if (sized) {
      countDefaults(partitions);
    }
    Map<QualifiedName, PartitionedTable> tables = new LinkedHashMap<>();
    heads.forEach(
        (name, head) -> tables.put(name, head.with(partitions.getOrDefault(name, List.of()))));
    return tables;
  }

  private PartitionedTable table(QualifiedName name, Row row) {
    Optional<Horizon> horizon =
        row.findString("horizon")
            .map(
                until ->
                    new Horizon(
                        row.integer("ahead"),
                        PartitionRange.position(until),
                        position(row, "kept_since"),
                        position(row, "kept_from"),
                        row.string("retire")));
    Tenant tenant = tenants.get(name.schema().value());
    if (tenant == null) {
      throw new IllegalStateException("a schema that was not asked for: " + name);
    }
    return new PartitionedTable(
        session.server().name(),
        tenant.name(),
        name,
        row.string("strategy"),
        row.string("key"),
        row.bool("fits") || !row.bool("policy"),
        row.bool("timed"),
        position(row, "present"),
        horizon,
        List.of(),
        List.of());
  }

  private static Optional<BigDecimal> position(Row row, String column) {
    return row.findString(column).map(PartitionRange::position);
  }

  private static Partition partition(Identifier name, Row row) {
    Optional<PartitionRange> range =
        row.findString("lower_position")
            .map(
                from ->
                    new PartitionRange(
                        row.string("lower"),
                        row.string("upper"),
                        PartitionRange.position(from),
                        PartitionRange.position(row.string("upper_position"))));
    return new Partition(
        new QualifiedName(row.identifier("partition_schema"), name),
        row.findString("bound").orElse(""),
        range,
        row.bool("is_default"),
        row.bool("is_detaching"),
        row.number("rows"),
        row.number("bytes"));
  }

  /** One query for all. */
  private void countDefaults(Map<QualifiedName, List<Partition>> partitions) {
    List<Sql> counts = new ArrayList<>();
    partitions.forEach(
        (table, parts) ->
            parts.stream()
                .filter(p -> p.isDefault() && p.rows() < COUNTED)
                .forEach(
                    p ->
                        counts.add(
                            Sql.of(
                                "SELECT {} AS schema, {} AS name, count(*) AS rows FROM {}",
                                Literal.of(table.schema().value()),
                                Literal.of(table.name().value()),
                                p.name()))));
    if (counts.isEmpty()) {
      return;
    }
    session
        .query(
            Sql.join("\nUNION ALL ", counts),
            row ->
                Map.entry(
                    new QualifiedName(row.identifier("schema"), row.identifier("name")),
                    row.number("rows")))
        .forEach(
            counted ->
                partitions
                    .getOrDefault(counted.getKey(), List.of())
                    .replaceAll(p -> p.isDefault() ? p.withRows(counted.getValue()) : p));
  }

  private record Gone(QualifiedName parent, Leftover leftover) {}

  private List<Gone> leftovers() {
    return session.query(
        LEFTOVERS,
        row -> {
          QualifiedName parent =
              new QualifiedName(row.identifier("parent_schema"), row.identifier("parent_name"));
          return new Gone(
              parent,
              new Leftover(
                  new QualifiedName(row.identifier("nspname"), row.identifier("relname")),
                  parent,
                  row.string("lower"),
                  row.string("upper"),
                  PartitionRange.position(row.string("upper_position")),
                  row.string("retire"),
                  row.instant("noted_at")));
        },
        tenants.keySet());
  }

  private List<PartitionedTable> order(
      Map<QualifiedName, PartitionedTable> tables, List<Gone> gone) {
    Map<QualifiedName, List<Leftover>> leftovers = new LinkedHashMap<>();
    gone.forEach(
        one -> leftovers.computeIfAbsent(one.parent(), p -> new ArrayList<>()).add(one.leftover()));
    Map<Identifier, List<PartitionedTable>> bySchema =
        tables.values().stream().collect(Collectors.groupingBy(table -> table.name().schema()));
    List<PartitionedTable> all = new ArrayList<>();
    for (Tenant tenant : tenants.values()) {
      bySchema.getOrDefault(tenant.schema(), List.of()).stream()
          .map(table -> table.withLeftovers(leftovers.getOrDefault(table.name(), List.of())))
          .forEach(all::add);
    }
    return all;
  }
}
