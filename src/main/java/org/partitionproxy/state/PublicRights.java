package org.partitionproxy.state;

import java.util.List;

/**
 * What everybody may read and call in a database, and tenants should not: it shows what others do
 * there, or reaches them. Names are as PostgreSQL writes them, quoted where they must be.
 *
 * @param relations that {@link Acl#PUBLIC} may SELECT from
 * @param functions that {@link Acl#PUBLIC} may EXECUTE, with the types of their arguments
 */
public record PublicRights(List<String> relations, List<String> functions) {

  public PublicRights {
    relations = List.copyOf(relations);
    functions = List.copyOf(functions);
  }

  public boolean isEmpty() {
    return relations.isEmpty() && functions.isEmpty();
  }
}
