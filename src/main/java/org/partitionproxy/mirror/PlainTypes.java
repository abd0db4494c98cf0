package org.partitionproxy.mirror;

import java.util.Collection;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.state.Column;
import org.partitionproxy.state.TypeName;
import org.partitionproxy.state.UserType;

/**
 * A tenant's own types as others can read them too: each tenant has types of its own, even where
 * their names and labels are the same. An enum's values are texts, a domain's those of its base
 * type; composites and ranges have no such form.
 */
record PlainTypes(SortedMap<QualifiedName, UserType> types) {

  private static final String ARRAY = "[]";

  static PlainTypes of(Collection<UserType> types) {
    TreeMap<QualifiedName, UserType> byName = new TreeMap<>();
    types.forEach(type -> byName.put(type.name(), type));
    return new PlainTypes(byName);
  }

  /** The column with a built-in type where there is one, else as it is. */
  Column column(Column column) {
    UserType type = types.get(column.type().name());
    boolean array = column.type().sql().endsWith(ARRAY);
    if (type instanceof UserType.Enumeration) {
      return new Column(
          column.name(), TypeName.builtIn(array ? "text[]" : "text"), false, Optional.empty());
    }
    if (type instanceof UserType.Domain domain) {
      Column base =
          column(
              new Column(
                  column.name(), domain.base(), false, column.collation().or(domain::collation)));
      TypeName plain = CommonColumns.bare(base.type());
      if (plain.isBuiltIn() && !(array && plain.sql().endsWith(ARRAY))) {
        return new Column(
            column.name(),
            TypeName.builtIn(plain.sql() + (array ? ARRAY : "")),
            false,
            base.collation());
      }
    }
    return column;
  }
}
