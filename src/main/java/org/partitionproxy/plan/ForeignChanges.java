package org.partitionproxy.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.state.Acl;
import org.partitionproxy.state.ForeignServer;
import org.partitionproxy.state.UserMapping;

/** Changes of the veneer's way to the shards. */
final class ForeignChanges {

  /** An option that follows from the tenants' types, not from shards.yaml. */
  private static final String EXTENSIONS = "extensions";

  private final Passwords passwords;

  ForeignChanges(Passwords passwords) {
    this.passwords = passwords;
  }

  Change extension(Identifier extension) {
    return Change.global(
        Stage.FOREIGN_SERVERS,
        Action.CREATE,
        ObjectKind.EXTENSION,
        extension.value(),
        List.of(Sql.of("CREATE EXTENSION {} WITH SCHEMA pg_catalog", extension)));
  }

  List<Change> server(@Nullable ForeignServer is, ForeignServer should) {
    List<Sql> statements = new ArrayList<>();
    if (is == null) {
      List<Sql> options = new ArrayList<>();
      should.options().forEach((k, v) -> options.add(option(k, v)));
      statements.add(
          Sql.of(
              "CREATE SERVER {} FOREIGN DATA WRAPPER postgres_fdw OPTIONS ({})",
              should.name(),
              Sql.join(", ", options)));
    } else {
      List<Sql> options = changedOptions(is, should);
      if (!options.isEmpty()) {
        statements.add(
            Sql.of("ALTER SERVER {} OPTIONS ({})", should.name(), Sql.join(", ", options)));
      }
    }
    statements.addAll(
        AclSql.changes(
            Sql.of("ON FOREIGN SERVER {}", should.name()),
            is == null ? Acl.NONE : is.acl(),
            should.acl()));
    return Differ.unlessEmpty(
        statements,
        sql ->
            Change.global(
                Stage.FOREIGN_SERVERS,
                is == null ? Action.CREATE : Action.ALTER,
                ObjectKind.FOREIGN_SERVER,
                should.name().value(),
                sql));
  }

  /**
   * That the types, functions and operators of some extensions are the same at both ends, so that
   * they may be sent to the shard.
   *
   * @param is the option as it is
   */
  static Change extensions(Identifier server, Optional<String> is, String should) {
    return Change.global(
        Stage.MIRROR,
        Action.ALTER,
        ObjectKind.FOREIGN_SERVER,
        server.value(),
        List.of(
            Sql.of(
                "ALTER SERVER {} OPTIONS ({} {})",
                server,
                is.isPresent() ? Sql.of("SET") : Sql.of("ADD"),
                option(EXTENSIONS, should))));
  }

  private static List<Sql> changedOptions(ForeignServer is, ForeignServer should) {
    List<Sql> options = new ArrayList<>();
    for (Map.Entry<String, String> option : should.options().entrySet()) {
      String actual = is.options().get(option.getKey());
      if (actual == null) {
        options.add(Sql.of("ADD {}", option(option.getKey(), option.getValue())));
      } else if (!actual.equals(option.getValue())) {
        options.add(Sql.of("SET {}", option(option.getKey(), option.getValue())));
      }
    }
    is.options().keySet().stream()
        .filter(name -> !should.options().containsKey(name) && !name.equals(EXTENSIONS))
        .forEach(name -> options.add(Sql.of("DROP {}", Identifier.of(name))));
    return options;
  }

  private static Sql option(String name, String value) {
    return Sql.of("{} {}", Identifier.of(name), Literal.of(value));
  }

  List<Change> mapping(@Nullable UserMapping is, UserMapping should) {
    Identifier role = should.key().role();
    Identifier server = should.key().server();
    Literal user = Literal.of(should.remoteUser().value());
    Sql statement =
        is == null
            ? Sql.of(
                "CREATE USER MAPPING FOR {} SERVER {} OPTIONS (user {}, password {})",
                role,
                server,
                user,
                passwords.password(should.remoteUser()))
            : Sql.of(
                "ALTER USER MAPPING FOR {} SERVER {} OPTIONS (SET user {}, SET password {})",
                role,
                server,
                user,
                passwords.password(should.remoteUser()));
    return List.of(
        Change.global(
            Stage.FOREIGN_SERVERS,
            is == null ? Action.CREATE : Action.ALTER,
            ObjectKind.USER_MAPPING,
            role + "@" + server,
            List.of(statement)));
  }
}
