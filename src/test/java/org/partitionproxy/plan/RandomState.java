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
import org.partitionproxy.state.Acl;
import org.partitionproxy.state.Column;
import org.partitionproxy.state.Database;
import org.partitionproxy.state.ForeignServer;
import org.partitionproxy.state.ForeignTable;
import org.partitionproxy.state.Role;
import org.partitionproxy.state.RoleLimits;
import org.partitionproxy.state.Schema;
import org.partitionproxy.state.ServerState;
import org.partitionproxy.state.TypeName;
import org.partitionproxy.state.UserMapping;

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
    return new ServerState(
        Optional.of(new Database(database, owner(), acl(grantees, "CONNECT"), true)),
        ServerState.index(roles, Role::name),
        ServerState.index(schemas, Schema::name),
        new TreeSet<>(List.of(Identifier.of("postgres_fdw"))),
        ServerState.index(servers, ForeignServer::name),
        ServerState.index(mappings(servers, grantees), UserMapping::key),
        ServerState.index(tables(schemas, servers, grantees), ForeignTable::name));
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
      List<Schema> schemas, List<ForeignServer> servers, List<Identifier> grantees) {
    List<ForeignTable> tables = new ArrayList<>();
    for (Schema schema : servers.isEmpty() ? List.<Schema>of() : schemas) {
      if (!schema.tableDefaults().isEmpty()) {
        // A server's schema has defaults for what its owner makes there, or a mirror: not both.
        continue;
      }
      for (String name : some(NAMES)) {
        QualifiedName table = new QualifiedName(schema.name(), Identifier.of(name));
        QualifiedName remote = random.nextInt(4) == 0 ? QualifiedName.of("elsewhere", name) : table;
        tables.add(
            new ForeignTable(
                table,
                servers.get(random.nextInt(servers.size())).name(),
                remote,
                columns(),
                acl(grantees, "SELECT", "INSERT", "UPDATE", "DELETE")));
      }
    }
    return tables;
  }

  private List<Column> columns() {
    Map<String, Column> columns = new LinkedHashMap<>();
    for (String name : some(NAMES)) {
      String type = TYPES.get(random.nextInt(TYPES.size()));
      boolean collated = type.equals("text") && random.nextBoolean();
      columns.put(
          name,
          new Column(
              Identifier.of(name),
              new TypeName(Identifier.of("pg_catalog"), type),
              random.nextBoolean(),
              collated ? Optional.of(QualifiedName.of("pg_catalog", "C")) : Optional.empty()));
    }
    return new ArrayList<>(columns.values());
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
