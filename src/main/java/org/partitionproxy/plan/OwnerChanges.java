package org.partitionproxy.plan;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.state.Stray;

/** Gives what the veneer shows to the role that nobody logs in as. */
public final class OwnerChanges {

  private OwnerChanges() {}

  /**
   * Of tenants' mirrors, to be made before others of the same tenant: these are made by the owner.
   */
  public static List<Change> ofMirrors(Identifier owner, Collection<Stray> strays) {
    List<Change> changes = new ArrayList<>();
    for (Stray stray : strays) {
      boolean type = stray.kind() == Stray.Kind.TYPE;
      Sql statement = give(stray, owner);
      changes.add(
          new Change(
              Stage.MIRROR,
              Action.ALTER,
              type ? ObjectKind.TYPE : ObjectKind.FOREIGN_TABLE,
              stray.name().toString(),
              Optional.of(stray.name().schema()),
              List.of(statement),
              Change.Transaction.SUPERUSER,
              Set.of()));
    }
    return changes;
  }

  /**
   * Of schema {@code everyone} and what is behind it.
   *
   * @param schemas that belong to another role
   */
  public static List<Change> ofEveryone(
      Identifier owner, SortedSet<Identifier> schemas, Collection<Stray> strays) {
    List<Change> changes = new ArrayList<>();
    for (Identifier schema : schemas) {
      changes.add(
          Change.global(
              Stage.MIRROR,
              Action.ALTER,
              ObjectKind.SCHEMA,
              schema.value(),
              List.of(Sql.of("ALTER SCHEMA {} OWNER TO {}", schema, owner))));
    }
    for (Stray stray : strays) {
      changes.add(
          Change.global(
              Stage.MIRROR,
              Action.ALTER,
              ObjectKind.TABLE,
              stray.name().toString(),
              List.of(give(stray, owner))));
    }
    return changes;
  }

  private static Sql give(Stray stray, Identifier owner) {
    return stray.kind() == Stray.Kind.TYPE
        ? Sql.of("ALTER TYPE {} OWNER TO {}", stray.name(), owner)
        : Sql.of("ALTER TABLE {} OWNER TO {}", stray.name(), owner);
  }
}
