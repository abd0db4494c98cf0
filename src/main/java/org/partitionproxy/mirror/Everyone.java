package org.partitionproxy.mirror;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.state.Acl;
import org.partitionproxy.state.Column;
import org.partitionproxy.state.Table;
import org.partitionproxy.state.TableKind;
import org.partitionproxy.state.TypeName;
import org.partitionproxy.state.UnionTable;
import org.partitionproxy.state.UnionView;
import org.partitionproxy.state.UserType;

/**
 * Schema {@code everyone}: the same-named tables of all tenants as one.
 *
 * @param views by foreign server, what its shard has
 * @param tables what the veneer has
 * @param notes for people: in what the tenants' tables differ
 */
public record Everyone(
    SortedMap<Identifier, List<UnionView>> views, List<UnionTable> tables, List<String> notes) {

  /** Of the rules in this package; see {@link Mirror#VERSION}. */
  public static final int VERSION = 3;

  /** On the veneer and on each shard. */
  public static final Identifier SCHEMA = Identifier.of("everyone");

  /** The column with the tenant's name, as shards.yaml has it. */
  public static final Identifier TENANT = Identifier.of("tenant");

  /** What PostgreSQL allows, 1,600 columns, without {@link #TENANT}. */
  private static final int MAX_COLUMNS = 1599;

  private static final Column TENANT_COLUMN =
      new Column(TENANT, TypeName.builtIn("text"), false, Optional.empty());

  public Everyone {
    views = Collections.unmodifiableSortedMap(views);
    tables = List.copyOf(tables);
    notes = List.copyOf(notes);
  }

  /**
   * One tenant's part.
   *
   * @param tenant its name
   * @param server the foreign server of its shard
   * @param tables of its schema on the shard
   * @param types of its schema on the shard
   */
  public record Source(
      String tenant, Identifier server, List<Table> tables, Collection<UserType> types) {

    /** Of a schema without types. */
    public Source(String tenant, Identifier server, List<Table> tables) {
      this(tenant, server, tables, List.of());
    }
  }

  /** A tenant's table, with its columns as they can be shown. */
  private record Part(Identifier server, Table table, List<Column> columns) {}

  /**
   * @param history the table of applied migrations, which is shown to nobody
   * @param reader the role that may read it all
   */
  public static Everyone of(List<Source> sources, Identifier history, Identifier reader) {
    SortedMap<Identifier, SortedMap<String, Part>> byName = new TreeMap<>();
    for (Source source : sources) {
      PlainTypes plain = PlainTypes.of(source.types());
      for (Table table : source.tables()) {
        if (isShown(table, history)) {
          byName
              .computeIfAbsent(table.name().name(), name -> new TreeMap<>())
              .put(
                  source.tenant(),
                  new Part(
                      source.server(),
                      table,
                      table.columns().stream().map(plain::column).toList()));
        }
      }
    }
    List<String> tenants = sources.stream().map(Source::tenant).sorted().toList();
    Builder builder = new Builder(tenants, Acl.of(reader, "SELECT"));
    byName.forEach(builder::add);
    return builder.result();
  }

  private static boolean isShown(Table table, Identifier history) {
    return isTable(table) && !table.name().name().equals(history);
  }

  /** Views are not shown: whatever they call would run as the reader. */
  public static boolean isTable(Table table) {
    return table.kind() == TableKind.TABLE
        || table.kind() == TableKind.PARTITIONED_TABLE
        || table.kind() == TableKind.MATERIALIZED_VIEW;
  }

  private static final class Builder {

    private final List<String> tenants;
    private final Acl acl;
    private final SortedMap<Identifier, List<UnionView>> views = new TreeMap<>();
    private final List<UnionTable> tables = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    Builder(List<String> tenants, Acl acl) {
      this.tenants = tenants;
      this.acl = acl;
    }

    void add(Identifier name, SortedMap<String, Part> parts) {
      SortedMap<String, List<Column>> found = new TreeMap<>();
      parts.forEach((tenant, part) -> found.put(tenant, part.columns()));
      CommonColumns common = CommonColumns.of(name, found);
      if (common.columns().size() > MAX_COLUMNS) {
        notes.add("table everyone." + name + " is left out: it would have too many columns");
        return;
      }
      List<String> without = tenants.stream().filter(t -> !parts.containsKey(t)).toList();
      if (!without.isEmpty()) {
        notes.add(
            "table everyone." + name + " has not everyone: " + Names.of(without) + " without it");
      }
      notes.addAll(common.leftOut());
      List<Column> columns = new ArrayList<>(List.of(TENANT_COLUMN));
      columns.addAll(common.columns());
      QualifiedName union = new QualifiedName(SCHEMA, name);
      SortedMap<Identifier, SortedMap<String, Table>> byServer = new TreeMap<>();
      parts.forEach(
          (tenant, part) ->
              byServer
                  .computeIfAbsent(part.server(), server -> new TreeMap<>())
                  .put(tenant, part.table()));
      SortedMap<Identifier, SortedSet<String>> members = new TreeMap<>();
      byServer.forEach(
          (server, some) -> {
            members.put(server, new TreeSet<>(some.keySet()));
            views
                .computeIfAbsent(server, s -> new ArrayList<>())
                .add(new UnionView(union, columns, body(common.columns(), some), acl));
          });
      tables.add(new UnionTable(union, columns, members, acl));
    }

    /** Plain enough for the planner to see through it: constants, columns, casts, UNION ALL. */
    private static String body(List<Column> columns, SortedMap<String, Table> tables) {
      List<Sql> selects = new ArrayList<>();
      tables.forEach(
          (tenant, table) -> {
            List<Sql> values =
                new ArrayList<>(List.of(Sql.of("{}::pg_catalog.text", Literal.of(tenant))));
            columns.forEach(column -> values.add(value(column, table)));
            selects.add(Sql.of("SELECT {} FROM {} AS t", Sql.join(", ", values), table.name()));
          });
      return Sql.join("\nUNION ALL ", selects).text();
    }

    private static Sql value(Column column, Table table) {
      boolean builtIn =
          table.columns().stream()
              .filter(c -> c.name().equals(column.name()))
              .allMatch(c -> c.type().isBuiltIn());
      return builtIn
          ? Sql.of("t.{}", column.name())
          : Sql.of("t.{}::{}", column.name(), Sql.deparsed(column.type().sql()));
    }

    Everyone result() {
      return new Everyone(views, tables, notes);
    }
  }
}
