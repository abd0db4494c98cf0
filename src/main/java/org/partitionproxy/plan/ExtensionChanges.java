package org.partitionproxy.plan;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Sql;

/**
 * The extensions that tenants' tables use, on the veneer: made there, and named in the foreign
 * servers' {@code extensions} option, so that what uses them is sent to the shards.
 *
 * @param available by name those that the veneer has or could have; in the schema where they are
 * @param schemas of the veneer
 * @param options the foreign servers' {@code extensions}, by server
 * @see <a href="https://www.postgresql.org/docs/18/postgres-fdw.html">F.38.1.5 Remote Execution
 *     Options</a>
 */
public record ExtensionChanges(
    SortedMap<Identifier, Optional<Identifier>> available,
    SortedSet<Identifier> schemas,
    SortedMap<Identifier, String> options) {

  /** Where nothing uses any. */
  public static final ExtensionChanges NONE =
      new ExtensionChanges(new TreeMap<>(), new TreeSet<>(), new TreeMap<>());

  /** As it will be on a veneer that has no database yet, with schemas of these tenants. */
  public static ExtensionChanges assumed(
      Collection<Identifier> extensions, Collection<Identifier> tenants) {
    TreeMap<Identifier, Optional<Identifier>> available = new TreeMap<>();
    extensions.forEach(name -> available.put(name, Optional.empty()));
    TreeSet<Identifier> schemas = new TreeSet<>(tenants);
    schemas.add(Identifier.of("public"));
    return new ExtensionChanges(available, schemas, new TreeMap<>());
  }

  /** Whether types of an extension can be the same here as where they are in this schema. */
  public boolean canHave(Identifier extension, Optional<Identifier> schema) {
    if (!available.containsKey(extension)) {
      return false;
    }
    Optional<Identifier> there = available.getOrDefault(extension, Optional.empty());
    return there.isPresent()
        ? schema.isEmpty() || schema.equals(there)
        : schema.isEmpty() || schemas.contains(schema.get());
  }

  /**
   * @param used what the tenants of each foreign server use, of those that the veneer {@link
   *     #canHave}, with the schema on the shard where it is known
   */
  public List<Change> changes(
      SortedMap<Identifier, SortedMap<Identifier, Optional<Identifier>>> used) {
    List<Change> changes = new ArrayList<>();
    TreeMap<Identifier, Optional<Identifier>> missing = new TreeMap<>();
    used.values()
        .forEach(
            some ->
                some.forEach(
                    (name, schema) -> {
                      boolean there = available.getOrDefault(name, Optional.empty()).isPresent();
                      if (!there && missing.getOrDefault(name, Optional.empty()).isEmpty()) {
                        missing.put(name, schema);
                      }
                    }));
    missing.forEach(
        (name, schema) ->
            changes.add(
                Change.global(
                    Stage.MIRROR,
                    Action.CREATE,
                    ObjectKind.EXTENSION,
                    name.value(),
                    List.of(
                        Sql.of(
                            "CREATE EXTENSION {} WITH SCHEMA {}",
                            name,
                            schema.orElse(Identifier.of("public")))))));
    used.forEach(
        (server, some) -> {
          Optional<String> is = Optional.ofNullable(options.get(server));
          TreeSet<String> all = new TreeSet<>();
          is.ifPresent(names -> all.addAll(List.of(names.split("\\s*,\\s*"))));
          boolean more = some.keySet().stream().map(Identifier::value).filter(all::add).count() > 0;
          if (more) {
            changes.add(ForeignChanges.extensions(server, is, String.join(",", all)));
          }
        });
    return changes;
  }
}
