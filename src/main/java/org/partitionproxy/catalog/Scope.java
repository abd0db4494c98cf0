package org.partitionproxy.catalog;

import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.partitionproxy.sql.Identifier;

/**
 * What of a server matters: these roles, and these schemas of this database. Grants to other roles
 * are somebody else's, and not read.
 */
public record Scope(
    Identifier database, SortedSet<Identifier> roles, SortedSet<Identifier> schemas) {

  public Scope {
    roles = Collections.unmodifiableSortedSet(new TreeSet<>(roles));
    schemas = Collections.unmodifiableSortedSet(new TreeSet<>(schemas));
  }

  List<String> roleNames() {
    return names(roles);
  }

  List<String> schemaNames() {
    return names(schemas);
  }

  static List<String> names(SortedSet<Identifier> identifiers) {
    return identifiers.stream().map(Identifier::value).toList();
  }
}
