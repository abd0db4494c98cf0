package org.partitionproxy.provision;

import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.partitionproxy.db.Session;
import org.partitionproxy.ledger.Ledger;
import org.partitionproxy.plan.ObjectKind;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;

/**
 * What ppp made on one server, by its ledger.
 *
 * @param made names by kind
 * @param tables the foreign tables that ppp made, by schema
 */
record Remains(
    Map<ObjectKind, SortedSet<String>> made,
    SortedMap<Identifier, SortedSet<QualifiedName>> tables) {

  static final Remains NONE = new Remains(new TreeMap<>(), new TreeMap<>());

  static Remains read(Session session, SortedSet<Identifier> schemas) {
    Ledger ledger = new Ledger(session);
    Map<ObjectKind, SortedSet<String>> made = new TreeMap<>();
    for (ObjectKind kind : ObjectKind.values()) {
      made.put(kind, ledger.made(kind.toString()));
    }
    SortedMap<Identifier, SortedSet<QualifiedName>> tables = new TreeMap<>();
    for (QualifiedName table : ledger.tables(schemas)) {
      tables.computeIfAbsent(table.schema(), s -> new TreeSet<>()).add(table);
    }
    return new Remains(made, tables);
  }

  /** The same, and the roles that another database's ledger knows. */
  Remains withRolesOf(Remains other) {
    Map<ObjectKind, SortedSet<String>> more = new TreeMap<>(made);
    SortedSet<String> roles = new TreeSet<>(made.getOrDefault(ObjectKind.ROLE, new TreeSet<>()));
    roles.addAll(other.made.getOrDefault(ObjectKind.ROLE, new TreeSet<>()));
    more.put(ObjectKind.ROLE, roles);
    return new Remains(more, tables);
  }

  boolean has(ObjectKind kind, Identifier name) {
    return made.getOrDefault(kind, new TreeSet<>()).contains(name.value());
  }

  SortedSet<QualifiedName> tablesOf(Identifier schema) {
    return tables.getOrDefault(schema, new TreeSet<>());
  }
}
