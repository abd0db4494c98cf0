package org.partitionproxy.state;

import java.util.List;
import org.partitionproxy.sql.Identifier;

/**
 * What everybody may read and call in a database, and tenants should not: it shows what others do
 * there, or reaches them. Names are as PostgreSQL writes them, quoted where they must be.
 *
 * @param relations that {@link Acl#PUBLIC} may SELECT from
 * @param functions that {@link Acl#PUBLIC} may EXECUTE, with the types of their arguments
 * @param catalogReaders roles that may read where foreign tables lead in their own right
 */
public record PublicRights(
    List<String> relations, List<String> functions, List<Identifier> catalogReaders) {

  public PublicRights {
    relations = List.copyOf(relations);
    functions = List.copyOf(functions);
    catalogReaders = List.copyOf(catalogReaders);
  }

  /** Whether everybody has none of these rights. */
  public boolean isClosed() {
    return relations.isEmpty() && functions.isEmpty();
  }
}
