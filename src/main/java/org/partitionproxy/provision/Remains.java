package org.partitionproxy.provision;

import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.partitionproxy.catalog.PasswordUseReader;
import org.partitionproxy.catalog.TypeReader;
import org.partitionproxy.db.Session;
import org.partitionproxy.ledger.Ledger;
import org.partitionproxy.plan.ObjectKind;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;

/**
 * What ppp made on one server, by its ledger.
 *
 * @param made names by kind; of roles only those that still exist, as the server's other databases
 *     have ledgers too
 * @param tables the foreign tables that ppp made, by schema
 * @param types the types that ppp made for them, by schema
 */
record Remains(
    Map<ObjectKind, SortedSet<String>> made,
    SortedMap<Identifier, SortedSet<QualifiedName>> tables,
    SortedMap<Identifier, SortedSet<QualifiedName>> types) {

  static Remains read(Session session, SortedSet<Identifier> schemas) {
    Ledger ledger = new Ledger(session);
    Map<ObjectKind, SortedSet<String>> made = new TreeMap<>();
    for (ObjectKind kind : ObjectKind.values()) {
      made.put(kind, ledger.made(kind.toString()));
    }
    TreeSet<String> roles = new TreeSet<>();
    new PasswordUseReader()
        .roles(session, names(made, ObjectKind.ROLE).stream().map(Identifier::of).toList())
        .forEach(role -> roles.add(role.value()));
    made.put(ObjectKind.ROLE, roles);
    SortedMap<Identifier, SortedSet<QualifiedName>> tables = new TreeMap<>();
    SortedMap<Identifier, SortedSet<QualifiedName>> types = new TreeMap<>();
    Set<QualifiedName> known = new TypeReader().read(session, schemas).keySet();
    for (QualifiedName name : ledger.tables(schemas)) {
      (known.contains(name) ? types : tables)
          .computeIfAbsent(name.schema(), s -> new TreeSet<>())
          .add(name);
    }
    return new Remains(made, tables, types);
  }

  private static SortedSet<String> names(Map<ObjectKind, SortedSet<String>> made, ObjectKind kind) {
    return made.getOrDefault(kind, new TreeSet<>());
  }

  SortedSet<String> names(ObjectKind kind) {
    return names(made, kind);
  }

  boolean has(ObjectKind kind, Identifier name) {
    return names(kind).contains(name.value());
  }

  SortedSet<QualifiedName> typesOf(Identifier schema) {
    return types.getOrDefault(schema, new TreeSet<>());
  }

  SortedSet<QualifiedName> tablesOf(Identifier schema) {
    return tables.getOrDefault(schema, new TreeSet<>());
  }
}
