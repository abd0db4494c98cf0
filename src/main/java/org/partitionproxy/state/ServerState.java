package org.partitionproxy.state;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;

/**
 * What is, or should be, on one server, as far as ppp cares for it.
 *
 * @param database empty where it does not exist yet
 * @param types that foreign tables use, of the same schemas as those
 * @param foreignTables of those schemas whose mirror was read or derived; others are not listed
 */
public record ServerState(
    Optional<Database> database,
    SortedMap<Identifier, Role> roles,
    SortedMap<Identifier, Schema> schemas,
    SortedSet<Identifier> extensions,
    SortedMap<Identifier, ForeignServer> foreignServers,
    SortedMap<UserMapping.Key, UserMapping> userMappings,
    SortedMap<QualifiedName, UserType> types,
    SortedMap<QualifiedName, ForeignTable> foreignTables) {

  /** Without any mirror. */
  public ServerState(
      Optional<Database> database,
      SortedMap<Identifier, Role> roles,
      SortedMap<Identifier, Schema> schemas,
      SortedSet<Identifier> extensions,
      SortedMap<Identifier, ForeignServer> foreignServers,
      SortedMap<UserMapping.Key, UserMapping> userMappings) {
    this(
        database,
        roles,
        schemas,
        extensions,
        foreignServers,
        userMappings,
        new TreeMap<>(),
        new TreeMap<>());
  }

  /** A server with nothing on it. */
  public static final ServerState EMPTY =
      new ServerState(
          Optional.empty(),
          new TreeMap<>(),
          new TreeMap<>(),
          new TreeSet<>(),
          new TreeMap<>(),
          new TreeMap<>());

  public ServerState {
    roles = Collections.unmodifiableSortedMap(roles);
    schemas = Collections.unmodifiableSortedMap(schemas);
    extensions = Collections.unmodifiableSortedSet(extensions);
    foreignServers = Collections.unmodifiableSortedMap(foreignServers);
    userMappings = Collections.unmodifiableSortedMap(userMappings);
    types = Collections.unmodifiableSortedMap(types);
    foreignTables = Collections.unmodifiableSortedMap(foreignTables);
  }

  /** This state with other mirrors. */
  public ServerState withMirrors(
      Collection<? extends UserType> userTypes, Collection<ForeignTable> tables) {
    return new ServerState(
        database,
        roles,
        schemas,
        extensions,
        foreignServers,
        userMappings,
        index(List.copyOf(userTypes), UserType::name),
        index(tables, ForeignTable::name));
  }

  /** Values in the order of their names. */
  public static <K extends Comparable<K>, V> SortedMap<K, V> index(
      Collection<V> values, Function<V, K> name) {
    TreeMap<K, V> index = new TreeMap<>();
    for (V value : values) {
      index.put(name.apply(value), value);
    }
    return index;
  }
}
