package org.partitionproxy.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.state.Acl;
import org.partitionproxy.state.Column;
import org.partitionproxy.state.ColumnFill;
import org.partitionproxy.state.Comments;
import org.partitionproxy.state.Database;
import org.partitionproxy.state.ForeignServer;
import org.partitionproxy.state.ForeignTable;
import org.partitionproxy.state.Role;
import org.partitionproxy.state.RoleLimits;
import org.partitionproxy.state.Schema;
import org.partitionproxy.state.ServerState;
import org.partitionproxy.state.TypeName;
import org.partitionproxy.state.UserMapping;
import org.partitionproxy.state.UserType;

/** States that a veneer could have, the same for the same seed. */
public final class RandomState {

  private static final List<String> NAMES =
      List.of("alpha", "Beta", "ga mma", "δέλτα", "select", "q\"uote", "x_1", "zeta");
  private static final List<String> TYPES =
      List.of("integer", "text", "uuid", "numeric(10,2)", "timestamp with time zone", "integer[]");

  private final Random random;
  private final String prefix;

  /**
   * @param prefix of the names of roles, which belong to the whole server
   */
  public RandomState(long seed, String prefix) {
    this.random = new Random(seed);
    this.prefix = prefix;
  }

  public Identifier owner() {
    return role("owner");
  }

  private Identifier role(String name) {
    return Identifier.of(prefix + "_" + name);
  }

  public ServerState next(Identifier database) {
    List<Role> roles = roles();
    List<Identifier> grantees = roles.stream().map(Role::name).toList();
    List<Schema> schemas = new ArrayList<>();
    for (String name : some(NAMES)) {
      schemas.add(
          new Schema(
              Identifier.of("s " + name),
              owner(),
              acl(grantees, "USAGE"),
              random.nextBoolean() ? acl(grantees, "SELECT", "INSERT") : Acl.NONE,
              acl(grantees, "USAGE", "SELECT")));
    }
    List<ForeignServer> servers = new ArrayList<>();
    for (String name : some(List.of("shard1", "shard2", "Shard 3"))) {
      servers.add(
          new ForeignServer(
              Identifier.of(name),
              options(),
              acl(List.of(owner()), "USAGE").with(owner(), List.of("USAGE"))));
    }
    List<UserType> types = new ArrayList<>();
    schemas.stream()
        .filter(schema -> schema.tableDefaults().isEmpty())
        .forEach(schema -> types.addAll(types(schema.name())));
    return new ServerState(
            Optional.of(new Database(database, owner(), acl(grantees, "CONNECT"), true)),
            ServerState.index(roles, Role::name),
            ServerState.index(schemas, Schema::name),
            new TreeSet<>(List.of(Identifier.of("postgres_fdw"))),
            ServerState.index(servers, ForeignServer::name),
            ServerState.index(mappings(servers, grantees), UserMapping::key))
        .withMirrors(types, tables(schemas, servers, grantees, types));
  }

  private List<Role> roles() {
    List<Role> roles = new ArrayList<>();
    roles.add(Role.login(owner()));
    TreeSet<Identifier> tenants = new TreeSet<>();
    for (String name : NAMES.subList(0, 4)) {
      roles.add(
          new Role(
              role(name),
              true,
              new TreeSet<>(),
              List.of(Identifier.of("s " + name)),
              Optional.of(limits())));
      tenants.add(role(name));
    }
    roles.add(new Role(role("app"), true, tenants, List.of()));
    return roles;
  }

  private RoleLimits limits() {
    TreeMap<String, String> settings = new TreeMap<>();
    for (String name : some(RoleLimits.SETTINGS)) {
      settings.put(name, Integer.toString(1000 + random.nextInt(1000)));
    }
    return new RoleLimits(random.nextInt(3) - 1, settings);
  }

  private List<UserMapping> mappings(List<ForeignServer> servers, List<Identifier> roles) {
    List<UserMapping> mappings = new ArrayList<>();
    for (ForeignServer server : servers) {
      for (Identifier role : roles) {
        if (random.nextBoolean()) {
          mappings.add(new UserMapping(new UserMapping.Key(server.name(), role), role));
        }
      }
    }
    return mappings;
  }

  private List<ForeignTable> tables(
      List<Schema> schemas,
      List<ForeignServer> servers,
      List<Identifier> grantees,
      List<UserType> types) {
    List<ForeignTable> tables = new ArrayList<>();
    for (Schema schema : servers.isEmpty() ? List.<Schema>of() : schemas) {
      if (!schema.tableDefaults().isEmpty()) {
        // A server's schema has defaults for what its owner makes there, or a mirror: not both.
        continue;
      }
      for (String name : some(NAMES)) {
        QualifiedName table = new QualifiedName(schema.name(), Identifier.of(name));
        QualifiedName remote = random.nextInt(4) == 0 ? QualifiedName.of("elsewhere", name) : table;
        List<Column> columns =
            columns(types.stream().filter(t -> t.name().schema().equals(schema.name())).toList());
        tables.add(
            new ForeignTable(
                table,
                servers.get(random.nextInt(servers.size())).name(),
                remote,
                columns,
                acl(grantees, "SELECT", "INSERT", "UPDATE", "DELETE"),
                comments(columns)));
      }
    }
    return tables;
  }

  private Comments comments(List<Column> columns) {
    TreeMap<Identifier, String> ofColumns = new TreeMap<>();
    for (Column column : some(columns)) {
      ofColumns.put(column.name(), "it's " + random.nextInt(3));
    }
    return new Comments(
        random.nextBoolean() ? Optional.of("a\n\\b " + random.nextInt(3)) : Optional.empty(),
        ofColumns);
  }

  /** Types of each kind, each a little different from time to time. */
  private List<UserType> types(Identifier schema) {
    QualifiedName mood = new QualifiedName(schema, Identifier.of("a Mood"));
    QualifiedName price = new QualifiedName(schema, Identifier.of("price"));
    TypeName moods = type(mood, "[]");
    List<UserType> types = new ArrayList<>();
    List<String> labels = new ArrayList<>(List.of("sad"));
    labels.addAll(some(List.of("it's ok", "glad", "über")));
    types.add(new UserType.Enumeration(mood, labels));
    TreeMap<String, String> checks = new TreeMap<>();
    if (random.nextBoolean()) {
      checks.put("positive", "CHECK ((VALUE > (" + random.nextInt(3) + ")::numeric))");
    }
    types.add(
        new UserType.Domain(
            price,
            TypeName.builtIn("numeric(12,2)"),
            Optional.empty(),
            random.nextBoolean(),
            random.nextBoolean() ? Optional.of("1.5") : Optional.empty(),
            checks,
            List.of()));
    List<Column> attributes = new ArrayList<>();
    attributes.add(new Column(Identifier.of("moods"), moods, false, Optional.empty()));
    if (random.nextBoolean()) {
      attributes.add(new Column(Identifier.of("price"), type(price, ""), false, Optional.empty()));
    }
    types.add(new UserType.Composite(QualifiedName.of(schema.value(), "a pair"), attributes));
    types.add(
        new UserType.Range(
            QualifiedName.of(schema.value(), "span"),
            TypeName.builtIn(random.nextBoolean() ? "date" : "integer"),
            QualifiedName.of(schema.value(), "spans"),
            List.of()));
    return types;
  }

  /** As {@code format_type} writes it: the schemas' names need quotes, not all types' do. */
  private static TypeName type(QualifiedName name, String suffix) {
    String plain = name.name().value();
    String written = plain.matches("[a-z]+") ? plain : Sql.of("{}", name.name()).text();
    return new TypeName(
        name, Sql.of("{}.", name.schema()).text() + written + suffix, Optional.empty());
  }

  private List<Column> columns(List<UserType> types) {
    Map<String, Column> columns = new LinkedHashMap<>();
    for (String name : some(NAMES)) {
      String type = TYPES.get(random.nextInt(TYPES.size()));
      boolean collated = type.equals("text") && random.nextBoolean();
      columns.put(
          name,
          new Column(
                  Identifier.of(name),
                  TypeName.builtIn(type),
                  random.nextBoolean(),
                  collated ? Optional.of(QualifiedName.of("pg_catalog", "C")) : Optional.empty())
              .with(fill(type)));
    }
    for (UserType type : some(types)) {
      columns.put(
          "of " + type.name(),
          new Column(
              Identifier.of("of " + type.name().name()),
              type(type.name(), ""),
              false,
              Optional.empty()));
    }
    return new ArrayList<>(columns.values());
  }

  private ColumnFill fill(String type) {
    return switch (random.nextInt(3)) {
      case 0 -> ColumnFill.GENERATED;
      case 1 -> type.equals("text") ? ColumnFill.of("'it''s'::text") : ColumnFill.NONE;
      default -> ColumnFill.NONE;
    };
  }

  private SortedMap<String, String> options() {
    TreeMap<String, String> options = new TreeMap<>();
    options.put("host", "127.0.0.1");
    for (String option : some(List.of("fetch_size", "batch_size"))) {
      options.put(option, Integer.toString(1 + random.nextInt(1000)));
    }
    if (random.nextBoolean()) {
      options.put("application_name", "it's %c");
    }
    return options;
  }

  private Acl acl(List<Identifier> grantees, String... privileges) {
    Acl acl = Acl.NONE;
    for (Identifier grantee : grantees) {
      if (!grantee.equals(owner())) {
        acl = acl.with(grantee, some(Arrays.asList(privileges)));
      }
    }
    return acl;
  }

  private <T> List<T> some(List<T> all) {
    return all.stream().filter(one -> random.nextInt(3) > 0).toList();
  }
}
