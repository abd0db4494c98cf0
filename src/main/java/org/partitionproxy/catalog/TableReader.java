package org.partitionproxy.catalog;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.partitionproxy.db.Row;
import org.partitionproxy.db.RowMapper;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.state.Column;
import org.partitionproxy.state.ColumnFill;
import org.partitionproxy.state.Comments;
import org.partitionproxy.state.ForeignTable;
import org.partitionproxy.state.Key;
import org.partitionproxy.state.Table;
import org.partitionproxy.state.TableKind;

/**
 * Reads the tables of some schemas with their columns, in one query: a row per table. The session
 * must have only pg_catalog on its search_path.
 */
public final class TableReader {

  private static final Pattern SERIAL = Pattern.compile("nextval\\('[^()]*'::regclass\\)");

  /** The tables of a shard in these schemas. */
  public List<Table> tables(Session session, Scope scope, SortedSet<Identifier> schemas) {
    return read(session, schemas, row -> table(row, scope));
  }

  /**
   * What the veneer has in some schemas.
   *
   * @param others tables and views of its own, which have names that foreign tables may want
   */
  public record Relations(List<ForeignTable> foreignTables, SortedSet<QualifiedName> others) {

    public static final Relations NONE = new Relations(List.of(), new TreeSet<>());
  }

  /** The veneer's side of these schemas. */
  public Relations relations(Session session, Scope scope, SortedSet<Identifier> schemas) {
    List<ForeignTable> tables = new ArrayList<>();
    SortedSet<QualifiedName> others = new TreeSet<>();
    read(
        session,
        schemas,
        row ->
            row.findIdentifier("srvname")
                .map(server -> tables.add(foreignTable(row, server, scope)))
                .orElseGet(() -> others.add(name(row))));
    return new Relations(tables, others);
  }

  private static <T> List<T> read(
      Session session, SortedSet<Identifier> schemas, RowMapper<T> mapper) {
    return schemas.isEmpty()
        ? List.of()
        : session.query(TableSql.TABLES, mapper, Scope.names(schemas));
  }

  private static QualifiedName name(Row row) {
    return new QualifiedName(row.identifier("nspname"), row.identifier("relname"));
  }

  private static Table table(Row row, Scope scope) {
    Map<String, List<Use>> uses = uses(row);
    return new Table(
        name(row),
        TableKind.of(row.string("relkind")),
        columns(row, column -> column.fill(uses.getOrDefault(column.number(), List.of()))),
        AclReader.acl(row, "acl", scope),
        row.number("bytes"),
        comments(row),
        keys(row),
        row.bool("inherited"));
  }

  private static ForeignTable foreignTable(Row row, Identifier server, Scope scope) {
    QualifiedName name = name(row);
    var options = CatalogReader.options(row, "ftoptions");
    return new ForeignTable(
        name,
        server,
        QualifiedName.of(
            options.getOrDefault("schema_name", name.schema().value()),
            options.getOrDefault("table_name", name.name().value())),
        columns(row, ColumnRow::foreignFill),
        AclReader.acl(row, "acl", scope),
        comments(row));
  }

  private static List<Column> columns(Row row, Function<ColumnRow, ColumnFill> fill) {
    return row.stringRows("columns").stream()
        .map(ColumnRow::new)
        .map(column -> column.column().with(fill.apply(column)))
        .toList();
  }

  private static Map<String, List<Use>> uses(Row row) {
    Map<String, List<Use>> uses = new HashMap<>();
    for (List<Optional<String>> fields : row.stringRows("uses")) {
      uses.computeIfAbsent(fields.get(0).orElseThrow(), number -> new ArrayList<>())
          .add(
              new Use(
                  fields.get(2).map(s -> QualifiedName.of(fields.get(1).orElseThrow(), s)),
                  fields.get(3).map(Identifier::of),
                  fields.get(4).orElseThrow()));
    }
    return uses;
  }

  private static Comments comments(Row row) {
    Optional<String> ofTable = Optional.empty();
    TreeMap<Identifier, String> ofColumns = new TreeMap<>();
    for (List<Optional<String>> fields : row.stringRows("comments")) {
      if (fields.get(0).isPresent()) {
        ofColumns.put(Identifier.of(fields.get(0).get()), fields.get(1).orElseThrow());
      } else {
        ofTable = fields.get(1);
      }
    }
    return new Comments(ofTable, ofColumns);
  }

  private static List<Key> keys(Row row) {
    Map<String, Key> keys = new LinkedHashMap<>();
    for (List<Optional<String>> fields : row.stringRows("keys")) {
      Key part =
          new Key(
              Identifier.of(fields.get(0).orElseThrow()),
              Key.Kind.of(fields.get(1).orElseThrow()),
              List.of(Identifier.of(fields.get(3).orElseThrow())),
              fields.get(5).map(t -> QualifiedName.of(fields.get(4).orElseThrow(), t)),
              fields.get(6).map(Identifier::of).stream().toList(),
              fields.get(2).orElseThrow());
      keys.merge(part.name().value(), part, Key::followedBy);
    }
    return List.copyOf(keys.values());
  }

  /** What a default is bound to. */
  private record Use(
      Optional<QualifiedName> sequence, Optional<Identifier> extension, String tie) {}

  /** An element of {@link TableSql#COLUMNS}. */
  private record ColumnRow(List<Optional<String>> fields) {

    private Optional<String> field(int ofTable) {
      return fields.get(ColumnSql.FIELDS + ofTable);
    }

    Column column() {
      return ColumnSql.column(fields, field(0).orElseThrow().equals("t"));
    }

    private boolean isGenerated() {
      return field(2).filter(g -> !g.isEmpty()).isPresent();
    }

    private Optional<String> expression() {
      return field(3);
    }

    String number() {
      return field(6).orElseThrow();
    }

    ColumnFill fill(List<Use> uses) {
      return switch (field(1).orElse("")) {
        case "a" -> identity(ColumnFill.Kind.IDENTITY_ALWAYS);
        case "d" -> identity(ColumnFill.Kind.IDENTITY_BY_DEFAULT);
        default ->
            isGenerated()
                ? ColumnFill.GENERATED
                : expression().map(e -> defaultOf(e, uses)).orElse(ColumnFill.NONE);
      };
    }

    private ColumnFill identity(ColumnFill.Kind kind) {
      return new ColumnFill(
          kind, "", field(5).map(s -> QualifiedName.of(field(4).orElseThrow(), s)), List.of());
    }

    /** Only {@code nextval('…'::regclass)} itself stands for its sequence. */
    private static ColumnFill defaultOf(String expression, List<Use> uses) {
      return new ColumnFill(
          ColumnFill.Kind.DEFAULT,
          expression,
          SERIAL.matcher(expression).matches()
              ? uses.stream().flatMap(u -> u.sequence().stream()).findFirst()
              : Optional.empty(),
          uses.stream().filter(u -> u.extension().isEmpty()).map(Use::tie).toList(),
          uses.stream().flatMap(u -> u.extension().stream()).distinct().toList());
    }

    /** What ppp itself gives to foreign columns. */
    ColumnFill foreignFill() {
      return isGenerated()
          ? ColumnFill.GENERATED
          : expression().map(ColumnFill::of).orElse(ColumnFill.NONE);
    }
  }
}
