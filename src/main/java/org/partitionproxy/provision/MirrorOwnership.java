package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.state.ForeignTable;
import org.partitionproxy.state.ServerState;
import org.partitionproxy.state.Stray;
import org.partitionproxy.state.UserType;

/**
 * Tells what ppp made in the tenants' schemas of the veneer from what others made there, which is
 * left alone, and keeps its name.
 */
final class MirrorOwnership {

  private static final int NAMED = 3;

  private final SortedMap<QualifiedName, ForeignTable> tables = new TreeMap<>();
  private final SortedMap<QualifiedName, ForeignTable> wantedTables;
  private final SortedMap<QualifiedName, UserType> types = new TreeMap<>();
  private final SortedMap<QualifiedName, UserType> wantedTypes;
  private final SortedMap<Identifier, List<String>> notes = new TreeMap<>();
  private final List<QualifiedName> handMade = new ArrayList<>();
  private final List<QualifiedName> hidden = new ArrayList<>();
  private final List<Stray> strays;

  MirrorOwnership(MirrorPlanner.Shown shown, MirrorReader.Veneer veneer) {
    wantedTables = new TreeMap<>(shown.mirrors().foreignTables());
    wantedTypes = new TreeMap<>(shown.mirrors().types());
    shown.notes().forEach((schema, some) -> notes.put(schema, new ArrayList<>(some)));
    veneer.relations().foreignTables().forEach(t -> foreignTable(t, veneer.ours()));
    bySchema(handMade).forEach(this::noteHandMade);
    veneer.relations().others().forEach(this::other);
    bySchema(hidden).forEach(this::noteHidden);
    veneer.types().forEach((name, type) -> type(type, veneer.ours()));
    veneer.renumbering().forEach(this::renumbering);
    strays = veneer.strays().stream().filter(s -> veneer.ours().contains(s.name())).toList();
  }

  /** What of it is ppp's own. */
  ServerState is() {
    return ServerState.EMPTY.withMirrors(types.values(), tables.values());
  }

  /** What of it does not belong to the role that should own it. */
  List<Stray> strays() {
    return strays;
  }

  /** What ppp can have there. */
  ServerState should() {
    return ServerState.EMPTY.withMirrors(wantedTypes.values(), wantedTables.values());
  }

  /** By schema, with those that the shards gave. */
  SortedMap<Identifier, List<String>> notes() {
    return notes;
  }

  /** What is ppp's own once {@link #should} is, in each of these schemas. */
  SortedMap<Identifier, SortedSet<String>> names(Collection<Identifier> schemas) {
    SortedMap<Identifier, SortedSet<String>> names = new TreeMap<>();
    schemas.forEach(schema -> names.put(schema, new TreeSet<>()));
    Stream.concat(wantedTables.keySet().stream(), wantedTypes.keySet().stream())
        .forEach(
            name ->
                names
                    .computeIfAbsent(name.schema(), s -> new TreeSet<>())
                    .add(name.name().value()));
    return names;
  }

  private void foreignTable(ForeignTable table, SortedSet<QualifiedName> ours) {
    if (ours.contains(table.name())) {
      tables.put(table.name(), table);
      return;
    }
    wantedTables.remove(table.name());
    handMade.add(table.name());
  }

  private void other(QualifiedName relation) {
    if (wantedTables.remove(relation) != null) {
      hidden.add(relation);
    }
  }

  private static SortedMap<Identifier, List<QualifiedName>> bySchema(List<QualifiedName> names) {
    return names.stream()
        .collect(Collectors.groupingBy(QualifiedName::schema, TreeMap::new, Collectors.toList()));
  }

  private void noteHandMade(Identifier schema, List<QualifiedName> tables) {
    note(
        schema,
        tables.size() == 1
            ? "foreign table " + tables.get(0) + " was not made by ppp and is left alone"
            : tables.size()
                + " foreign tables were not made by ppp and are left alone: "
                + first(tables));
  }

  private void noteHidden(Identifier schema, List<QualifiedName> tables) {
    note(
        schema,
        tables.size() == 1
            ? "table "
                + tables.get(0)
                + " of the shard is not shown: the veneer has a table or view of that name, which"
                + " was not made by ppp and is left alone"
            : tables.size()
                + " tables of the shard are not shown: the veneer has tables or views of their"
                + " names, which were not made by ppp and are left alone: "
                + first(tables));
  }

  /** A tenant may have hundreds. */
  private static String first(List<QualifiedName> tables) {
    String first =
        tables.stream().limit(NAMED).map(QualifiedName::toString).collect(Collectors.joining(", "));
    return tables.size() > NAMED ? first + ", ..." : first;
  }

  private void type(UserType type, SortedSet<QualifiedName> ours) {
    if (ours.contains(type.name())) {
      types.put(type.name(), type);
      return;
    }
    UserType wanted = wantedTypes.remove(type.name());
    if (wanted != null && !wanted.equals(type)) {
      note(
          type.name().schema(),
          "type "
              + type.name()
              + " is not as on the shard: it was not made by ppp and is left alone");
    }
  }

  private void renumbering(QualifiedName table, String trigger) {
    note(
        table.schema(),
        "trigger \""
            + trigger
            + "\" on foreign table "
            + table
            + " gives a row new numbers with every UPDATE: drop it there, and make it on"
            + " the shard's table");
  }

  private void note(Identifier schema, String note) {
    notes.computeIfAbsent(schema, s -> new ArrayList<>()).add(note);
  }
}
