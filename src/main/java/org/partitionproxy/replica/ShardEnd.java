package org.partitionproxy.replica;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.state.UserType;

/**
 * A shard as far as one replication needs it.
 *
 * @param hasRole whether the role is there that the replica logs in as
 * @param readable the tables that this role may read, and {@code usable} the schemas
 * @param published the publication's tables; empty where there is no publication
 * @param publicationIsOurs whether ppp made it
 * @param slot {@code reserved}, {@code extended}, {@code unreserved} or {@code lost}; empty where
 *     there is none
 * @param tables of the tenants' schemas that are to be copied, with their partitions
 * @param unidentified those of them whose rows can't be told apart, so that an UPDATE of a
 *     published one would be refused
 * @param extensions that types of columns come from
 */
public record ShardEnd(
    boolean hasRole,
    SortedSet<QualifiedName> readable,
    SortedSet<Identifier> usable,
    Optional<SortedSet<QualifiedName>> published,
    boolean publicationIsOurs,
    Optional<String> slot,
    SortedMap<QualifiedName, CopiedTable> tables,
    SortedSet<QualifiedName> unidentified,
    List<Extension> extensions,
    SortedMap<QualifiedName, UserType> types) {

  /** Where it is. */
  record Extension(Identifier name, Identifier schema) {}

  public ShardEnd {
    extensions = List.copyOf(extensions);
  }
}
