package org.partitionproxy.explain;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the veneer's catalogs say of all that a plan names by number.
 *
 * @param mappings of all servers; the one for PUBLIC first
 */
record Facts(
    Map<Long, Fact> functions,
    Map<Long, Fact> operators,
    Map<Long, Fact> types,
    Map<Long, Fact> collations,
    Map<Long, Server> servers,
    Map<Long, Relation> relations,
    Map<Long, String> roles,
    List<Mapping> mappings) {

  /**
   * A function, operator, type or collation.
   *
   * @param kind volatility of a function; {@code e}, {@code d}, {@code c} and so on of a type
   * @param extension that it is a member of; empty for none
   */
  record Fact(String name, String kind, String extension) {}

  /**
   * @param extensions that its option of this name says it has
   */
  record Server(String name, List<String> extensions) {}

  /**
   * @param kind {@code f} foreign, {@code p} partitioned
   * @param rows by its statistics; -1 without any
   * @param rowTriggers whether the veneer itself has some
   * @param key of a partitioned one; else empty
   * @param server of a foreign one; else 0
   */
  record Relation(
      String schema,
      String name,
      String kind,
      double rows,
      boolean rowTriggers,
      String key,
      long server) {}

  /**
   * @param server a foreign server
   * @param user a role's number; 0 is PUBLIC
   */
  record Mapping(long server, long user, String remoteRole) {}

  Optional<Fact> function(long number) {
    return Optional.ofNullable(functions.get(number));
  }

  Optional<Fact> operator(long number) {
    return Optional.ofNullable(operators.get(number));
  }

  Optional<Fact> type(long number) {
    return Optional.ofNullable(types.get(number));
  }

  String collation(long number) {
    Fact fact = collations.get(number);
    return fact == null ? "another collation" : "collation \"" + fact.name() + "\"";
  }

  Optional<Server> server(long number) {
    return Optional.ofNullable(servers.get(number));
  }

  Optional<Relation> relation(long number) {
    return Optional.ofNullable(relations.get(number));
  }

  String role(long number) {
    return roles.getOrDefault(number, "role " + number);
  }

  /** 0 for a role that isn't there. */
  long roleNumber(String name) {
    return roles.entrySet().stream()
        .filter(e -> e.getValue().equals(name))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(0L);
  }

  /** The role at the server as whom a role of the veneer is there; empty without a mapping. */
  Optional<String> remoteRole(long server, long user) {
    return mappings.stream()
        .filter(m -> m.server() == server && (m.user() == user || m.user() == 0))
        .reduce((first, next) -> next)
        .map(m -> m.remoteRole().isEmpty() ? role(user) : m.remoteRole());
  }
}
