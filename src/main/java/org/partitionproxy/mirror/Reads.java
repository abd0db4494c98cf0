package org.partitionproxy.mirror;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.state.Acl;
import org.partitionproxy.state.Column;
import org.partitionproxy.state.ColumnFill;
import org.partitionproxy.state.Comments;
import org.partitionproxy.state.ForeignTable;
import org.partitionproxy.state.TypeName;
import org.partitionproxy.state.UserType;
import org.partitionproxy.topology.Tenant;

/**
 * A mirror of what a replica has of a tenant, moved to the schema where the veneer shows it, and
 * only to be read. Its types are its own: while a migration drops one of the tenant's, the replica
 * may still need it. A domain's rules are the shard's business; here its base type does.
 */
public final class Reads {

  /** How old what is shown is, on the veneer; the name of no table of a tenant that is shown. */
  public static final Identifier LAG = Identifier.of("ppp_replication_lag");

  /** The same on the replica. */
  private static final QualifiedName REMOTE_LAG = QualifiedName.of("ppp", "replication_lag");

  private final Identifier from;
  private final Identifier to;
  private final Map<QualifiedName, UserType> types = new HashMap<>();

  private Reads(Tenant tenant, Mirror mirror) {
    this.from = tenant.schema();
    this.to = tenant.replicaSchema();
    mirror.types().forEach(type -> types.put(type.name(), type));
  }

  /**
   * @param mirror of the replica's schema
   * @param server the foreign server of that replica
   * @param owner the role that owns the tables on the replica
   */
  public static Mirror of(Tenant tenant, Mirror mirror, Identifier server, Identifier owner) {
    Reads reads = new Reads(tenant, mirror);
    List<ForeignTable> tables = new ArrayList<>();
    List<String> notes = new ArrayList<>(mirror.notes());
    for (ForeignTable table : mirror.tables()) {
      if (table.name().name().equals(LAG)) {
        notes.add("table " + table.name() + " is not shown: ppp's own has that name there");
      } else {
        tables.add(reads.table(table));
      }
    }
    tables.add(reads.lag(server, Acl.of(List.of(tenant.role(), owner), "SELECT")));
    List<UserType> types =
        mirror.types().stream().flatMap(type -> reads.type(type).stream()).toList();
    return new Mirror(types, tables, List.of(), List.of(), notes);
  }

  private ForeignTable table(ForeignTable table) {
    return new ForeignTable(
        moved(table.name()),
        table.server(),
        table.remote(),
        table.columns().stream().map(this::column).toList(),
        readable(table.acl()),
        Comments.NONE);
  }

  private ForeignTable lag(Identifier server, Acl acl) {
    return new ForeignTable(
        new QualifiedName(to, LAG),
        server,
        REMOTE_LAG,
        List.of(
            column("state", "text"),
            column("lag", "interval"),
            column("as_of", "timestamp with time zone")),
        acl,
        Comments.NONE);
  }

  private static Column column(String name, String type) {
    return new Column(Identifier.of(name), TypeName.builtIn(type), false, Optional.empty());
  }

  private static Acl readable(Acl acl) {
    Acl readable = Acl.NONE;
    for (var grant : acl.grants().entrySet()) {
      if (grant.getValue().contains("SELECT")) {
        readable = readable.with(grant.getKey(), List.of("SELECT"));
      }
    }
    return readable;
  }

  /** Nothing is ever filled in. */
  private Column column(Column column) {
    return new Column(
        column.name(),
        type(column.type()),
        column.notNull(),
        column.collation().or(() -> collation(column.type())),
        ColumnFill.NONE);
  }

  private Optional<QualifiedName> collation(TypeName type) {
    return types.get(type.name()) instanceof UserType.Domain domain
        ? domain.collation().or(() -> collation(domain.base()))
        : Optional.empty();
  }

  private Optional<UserType> type(UserType type) {
    QualifiedName name = moved(type.name());
    if (type instanceof UserType.Enumeration one) {
      return Optional.of(new UserType.Enumeration(name, one.labels()));
    }
    if (type instanceof UserType.Composite one) {
      return Optional.of(
          new UserType.Composite(name, one.attributes().stream().map(this::column).toList()));
    }
    if (type instanceof UserType.Range one) {
      return Optional.of(
          new UserType.Range(name, type(one.subtype()), moved(one.multirange()), one.ties()));
    }
    return Optional.empty();
  }

  /** Of arrays the brackets are kept. */
  private TypeName type(TypeName type) {
    if (!type.name().schema().equals(from)) {
      return type;
    }
    String written = written(type.name().schema());
    if (types.get(type.name()) instanceof UserType.Domain domain) {
      TypeName base = type(domain.base());
      String brackets = type.sql().endsWith("[]") ? "[]" : "";
      return new TypeName(base.name(), base.sql() + brackets, base.extension());
    }
    String moved = written(to) + type.sql().substring(lengthOfSchema(type.sql(), written));
    return new TypeName(moved(type.name()), moved, type.extension());
  }

  /** A schema that is a keyword is in quotes, and with more behind it is none. */
  private int lengthOfSchema(String sql, String written) {
    return sql.startsWith("\"") ? from.quoted().length() : written.length();
  }

  /** As {@code quote_ident} does, and so {@code format_type}, for what is no keyword. */
  private static String written(Identifier name) {
    return name.value().matches("[a-z_][a-z0-9_]*") ? name.value() : name.quoted();
  }

  private QualifiedName moved(QualifiedName name) {
    return name.schema().equals(from) ? new QualifiedName(to, name.name()) : name;
  }
}
