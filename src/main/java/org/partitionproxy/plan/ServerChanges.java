package org.partitionproxy.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.state.Acl;
import org.partitionproxy.state.Database;
import org.partitionproxy.state.Role;
import org.partitionproxy.state.RoleLimits;
import org.partitionproxy.state.Schema;

/** Changes of what every server has: its database, roles and schemas. */
final class ServerChanges {

  private final Passwords passwords;

  ServerChanges(Passwords passwords) {
    this.passwords = passwords;
  }

  /**
   * CREATE DATABASE can't be in a transaction; the limit marks it as half made until it is open.
   */
  List<Change> create(Optional<Database> is, Database should) {
    if (is.isPresent()) {
      return List.of();
    }
    return List.of(
        new Change(
            Stage.SERVERS,
            Action.CREATE,
            ObjectKind.DATABASE,
            should.name().value(),
            Optional.empty(),
            List.of(Sql.of("CREATE DATABASE {} CONNECTION LIMIT 0", should.name())),
            Change.Transaction.NONE,
            Set.of()));
  }

  /** Who owns the database and may connect; after the roles are there. */
  List<Change> access(Optional<Database> is, Database should) {
    List<Sql> statements = new ArrayList<>();
    if (is.isEmpty() || !is.get().owner().equals(should.owner())) {
      statements.add(Sql.of("ALTER DATABASE {} OWNER TO {}", should.name(), should.owner()));
    }
    Acl acl = is.map(Database::acl).orElse(Acl.of(Acl.PUBLIC, "CONNECT", "TEMPORARY"));
    statements.addAll(AclSql.changes(Sql.of("ON DATABASE {}", should.name()), acl, should.acl()));
    if (should.open() && !is.map(Database::open).orElse(false)) {
      statements.add(Sql.of("ALTER DATABASE {} CONNECTION LIMIT -1", should.name()));
    }
    return Differ.unlessEmpty(
        statements,
        sql ->
            Change.global(
                Stage.SCHEMAS, Action.ALTER, ObjectKind.DATABASE, should.name().value(), sql));
  }

  List<Change> role(@Nullable Role is, Role should) {
    List<Sql> statements = new ArrayList<>();
    if (is == null) {
      statements.add(create(should));
    } else if (is.login() != should.login()) {
      statements.add(
          should.login()
              ? Sql.of("ALTER ROLE {} LOGIN", should.name())
              : Sql.of("ALTER ROLE {} NOLOGIN", should.name()));
    }
    if (!should.searchPath().isEmpty()
        && (is == null || !is.searchPath().equals(should.searchPath()))) {
      statements.add(
          Sql.of(
              "ALTER ROLE {} SET search_path = {}",
              should.name(),
              Sql.join(", ", should.searchPath())));
    }
    should
        .limits()
        .ifPresent(
            limits -> {
              RoleLimits now = is == null ? RoleLimits.NONE : is.limits().orElse(RoleLimits.NONE);
              statements.addAll(limits(should.name(), now, limits));
            });
    TreeSet<Identifier> missing = new TreeSet<>(should.memberOf());
    if (is != null) {
      missing.removeAll(is.memberOf());
      TreeSet<Identifier> extra = new TreeSet<>(is.memberOf());
      extra.removeAll(should.memberOf());
      if (!extra.isEmpty()) {
        statements.add(Sql.of("REVOKE {} FROM {}", Sql.join(", ", extra), should.name()));
      }
    }
    if (!missing.isEmpty()) {
      statements.add(Sql.of("GRANT {} TO {}", Sql.join(", ", missing), should.name()));
    }
    return Differ.unlessEmpty(
        statements,
        sql ->
            Change.global(
                Stage.ROLES,
                is == null ? Action.CREATE : Action.ALTER,
                ObjectKind.ROLE,
                should.name().value(),
                sql));
  }

  private Sql create(Role role) {
    return role.login()
        ? Sql.of("CREATE ROLE {} LOGIN PASSWORD {}", role.name(), passwords.verifier(role.name()))
        : Sql.of("CREATE ROLE {} NOLOGIN", role.name());
  }

  private static List<Sql> limits(Identifier role, RoleLimits is, RoleLimits should) {
    List<Sql> statements = new ArrayList<>();
    if (is.connections() != should.connections()) {
      statements.add(
          Sql.of("ALTER ROLE {} CONNECTION LIMIT {}", role, Sql.number(should.connections())));
    }
    should
        .settings()
        .forEach(
            (name, value) -> {
              if (!value.equals(is.settings().get(name))) {
                statements.add(
                    Sql.of(
                        "ALTER ROLE {} SET {} = {}", role, Identifier.of(name), Literal.of(value)));
              }
            });
    for (String name : is.settings().keySet()) {
      if (!should.settings().containsKey(name)) {
        statements.add(Sql.of("ALTER ROLE {} RESET {}", role, Identifier.of(name)));
      }
    }
    return statements;
  }

  List<Change> schema(@Nullable Schema is, Schema should) {
    List<Sql> statements = new ArrayList<>();
    if (is == null) {
      statements.add(Sql.of("CREATE SCHEMA {} AUTHORIZATION {}", should.name(), should.owner()));
    } else if (!is.owner().equals(should.owner())) {
      statements.add(Sql.of("ALTER SCHEMA {} OWNER TO {}", should.name(), should.owner()));
    }
    statements.addAll(
        AclSql.changes(
            Sql.of("ON SCHEMA {}", should.name()), is == null ? Acl.NONE : is.acl(), should.acl()));
    Sql inSchema =
        Sql.of("ALTER DEFAULT PRIVILEGES FOR ROLE {} IN SCHEMA {} ", should.owner(), should.name());
    statements.addAll(
        AclSql.changes(
            inSchema,
            Sql.of("ON TABLES"),
            is == null ? Acl.NONE : is.tableDefaults(),
            should.tableDefaults()));
    statements.addAll(
        AclSql.changes(
            inSchema,
            Sql.of("ON SEQUENCES"),
            is == null ? Acl.NONE : is.sequenceDefaults(),
            should.sequenceDefaults()));
    return Differ.unlessEmpty(
        statements,
        sql ->
            Change.ofSchema(
                Stage.SCHEMAS,
                is == null ? Action.CREATE : Action.ALTER,
                ObjectKind.SCHEMA,
                should.name().value(),
                should.name(),
                sql));
  }
}
