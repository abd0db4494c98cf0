package org.partitionproxy.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.partitionproxy.check.Node;

/**
 * Why a join is made on the veneer.
 *
 * @see <a href="https://www.postgresql.org/docs/18/postgres-fdw.html">PostgreSQL, F.38.5 Remote
 *     Query Optimization</a>
 */
final class JoinRules {

  /** Since then, EXISTS and IN are sent as EXISTS. */
  private static final int SENDS_SEMI_JOINS = 17;

  private final Remote remote;
  private final Inputs inputs;
  private final Facts facts;
  private final Alternative alternative;
  private final int version;

  JoinRules(Remote remote, Inputs inputs, Facts facts, Alternative alternative, int version) {
    this.remote = remote;
    this.inputs = inputs;
    this.facts = facts;
    this.alternative = alternative;
    this.version = version;
  }

  Verdict verdict(PlanNode join) {
    String condition =
        Stream.of("Hash Cond", "Merge Cond", "Join Filter")
            .flatMap(field -> join.find(field).stream())
            .collect(Collectors.joining(" AND "));
    return Verdict.onVeneer(Operation.JOIN, condition, reason(join));
  }

  private Reason reason(PlanNode join) {
    List<Remote.Place> places = remote.places(join.inputs().stream());
    return differentPlaces(places)
        .or(() -> kind(join.text("Join Type")))
        .or(() -> madeUnique(join))
        .or(() -> below(join))
        .or(() -> condition(join, places))
        .orElseGet(() -> alternative.join(remote.tables(join)));
  }

  private Optional<Reason> differentPlaces(List<Remote.Place> places) {
    List<String> servers =
        places.stream()
            .flatMap(p -> facts.server(p.server()).stream())
            .map(Facts.Server::name)
            .distinct()
            .toList();
    if (servers.size() > 1) {
      return Optional.of(
          new Reason(
              "its tables are on different servers: " + String.join(", ", servers),
              "Only what is on one shard can be joined there; let each side bring few rows, by"
                  + " conditions on both, or put tenants that are often joined on one shard."));
    }
    List<String> users = places.stream().map(remote::user).distinct().toList();
    return users.size() < 2
        ? Optional.empty()
        : Optional.of(
            new Reason(
                "its tables are used by different user mappings, of "
                    + String.join(" and ", users)
                    + ", as through a view that isn't security_invoker",
                "`ALTER VIEW … SET (security_invoker = true)`, so that all are used as who asks."));
  }

  private Optional<Reason> kind(String type) {
    if (type.contains("Anti")) {
      return Optional.of(
          new Reason(
              "postgres_fdw never sends an anti join (NOT EXISTS)",
              "Put it into a view on the shard by a migration: the veneer shows that as a table."));
    }
    return type.contains("Semi") && version < SENDS_SEMI_JOINS
        ? Optional.of(
            new Reason(
                "PostgreSQL " + version + " doesn't send a semi join (EXISTS, IN); 17 and later do",
                "Write it as a JOIN with a unique key, or use PostgreSQL 17 on the veneer."))
        : Optional.empty();
  }

  /** A semi join whose other side is made distinct first, so that it is none any more. */
  private Optional<Reason> madeUnique(PlanNode join) {
    boolean unique =
        join.inputs().stream()
            .map(Inputs::core)
            .anyMatch(i -> i.type().equals("Aggregate") && !Rules.hasAggregates(i));
    return unique && version < SENDS_SEMI_JOINS
        ? Optional.of(
            new Reason(
                "one side is made distinct on the veneer, as PostgreSQL "
                    + version
                    + " does for EXISTS and IN; 17 and later can send them",
                "Write it as a JOIN with a unique key, or use PostgreSQL 17 on the veneer."))
        : Optional.empty();
  }

  private Optional<Reason> below(PlanNode join) {
    return join.inputs().stream().flatMap(i -> inputs.obstacle(i).stream()).findFirst();
  }

  private Optional<Reason> condition(PlanNode join, List<Remote.Place> places) {
    List<Node> conditions = new ArrayList<>();
    for (String field : List.of("hashclauses", "mergeclauses", "joinqual", "qual")) {
      join.tree().ifPresent(n -> conditions.addAll(PlanTree.list(n, field)));
    }
    return places.stream()
        .flatMap(p -> facts.server(p.server()).stream())
        .flatMap(
            server ->
                conditions.stream()
                    .flatMap(c -> new Expressions(facts, server).obstacle(c).stream()))
        .findFirst();
  }
}
