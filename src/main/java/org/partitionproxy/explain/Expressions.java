package org.partitionproxy.explain;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.partitionproxy.check.Node;

/**
 * Why postgres_fdw doesn't send an expression: it must mean the same on both servers, by what
 * PostgreSQL knows of its functions, operators, types and collations.
 *
 * @see <a href="https://www.postgresql.org/docs/18/postgres-fdw.html">PostgreSQL, F.38.5 Remote
 *     Query Optimization</a>
 */
final class Expressions {

  static final String[] TYPE_FIELDS = {
    "vartype",
    "consttype",
    "paramtype",
    "funcresulttype",
    "opresulttype",
    "resulttype",
    "aggtype",
    "casetype",
    "array_typeid",
    "refrestype"
  };

  static final String[] COLLATION_FIELDS = {
    "varcollid",
    "constcollid",
    "paramcollid",
    "funccollid",
    "opcollid",
    "resultcollid",
    "aggcollid",
    "casecollid",
    "array_collid",
    "refcollid",
    "inputcollid"
  };

  /** {@code FirstGenbkiObjectId}: below it are the objects that are the same on every server. */
  private static final long FIRST_OWN = 10_000;

  /** Of the database, whatever that is on each side. */
  private static final long DEFAULT_COLLATION = 100;

  private static final Set<String> KNOWN =
      Set.of(
          "",
          "VAR",
          "CONST",
          "PARAM",
          "FUNCEXPR",
          "OPEXPR",
          "DISTINCTEXPR",
          "SCALARARRAYOPEXPR",
          "RELABELTYPE",
          "BOOLEXPR",
          "NULLTEST",
          "CASEEXPR",
          "CASEWHEN",
          "CASETESTEXPR",
          "ARRAYEXPR",
          "SUBSCRIPTINGREF",
          "AGGREF",
          "TARGETENTRY",
          "SORTGROUPCLAUSE");

  private static final Map<String, String> KEYWORDS =
      Map.ofEntries(
          Map.entry("COALESCE", "COALESCE"),
          Map.entry("COALESCEEXPR", "COALESCE"),
          Map.entry("MINMAX", "GREATEST or LEAST"),
          Map.entry("MINMAXEXPR", "GREATEST or LEAST"),
          Map.entry("NULLIFEXPR", "NULLIF"),
          Map.entry("ROW", "ROW"),
          Map.entry("ROWEXPR", "ROW"),
          Map.entry("COERCEVIAIO", "a cast by way of text"),
          Map.entry("ARRAYCOERCEEXPR", "a cast of an array"),
          Map.entry("BOOLEANTEST", "IS TRUE and the like"),
          Map.entry("FIELDSELECT", "a field of a composite"),
          Map.entry("WINDOWFUNC", "a window function"),
          Map.entry("GROUPINGFUNC", "GROUPING"));

  private static final String BY_VIEW =
      "Put it into a view on the shard by a migration: the veneer shows that as a table.";

  private final Facts facts;
  private final Facts.Server server;

  Expressions(Facts facts, Facts.Server server) {
    this.facts = facts;
    this.server = server;
  }

  /** Why this is not sent; empty if it could be. */
  Optional<Reason> obstacle(Node expression) {
    return PlanTree.walk(expression)
        .flatMap(node -> obstacleOf(node).stream())
        .findFirst()
        .or(() -> type(expression))
        .or(() -> collation(expression));
  }

  private Optional<Reason> obstacleOf(Node node) {
    return switch (node.type()) {
      case "SUBPLAN", "ALTERNATIVESUBPLAN" ->
          reason(
              "a subquery is computed on the veneer",
              "Write it as a join of tables of that shard, which can be pushed down.");
      case "SQLVALUEFUNCTION" ->
          reason(
              "CURRENT_DATE, CURRENT_TIMESTAMP, CURRENT_USER and the like are not immutable",
              "Give the value as a parameter.");
      case "FUNCEXPR" -> function(PlanTree.number(node, "funcid"), "function");
      case "AGGREF" -> function(PlanTree.number(node, "aggfnoid"), "aggregate");
      case "OPEXPR", "DISTINCTEXPR", "SCALARARRAYOPEXPR" -> operator(PlanTree.number(node, "opno"));
      default ->
          KNOWN.contains(node.type())
              ? Optional.<Reason>empty()
              : reason(
                  "postgres_fdw never sends "
                      + KEYWORDS.getOrDefault(
                          node.type(),
                          "an expression of the kind " + node.type().toLowerCase(Locale.ROOT)),
                  BY_VIEW);
    };
  }

  private static Optional<Reason> reason(String why, String instead) {
    return Optional.of(new Reason(why, instead));
  }

  private Optional<Reason> function(long number, String noun) {
    Facts.Fact fact = facts.function(number).orElse(new Facts.Fact("number " + number, "i", ""));
    if (!fact.kind().equals("i")) {
      return reason(
          noun
              + " "
              + fact.name()
              + "() is "
              + (fact.kind().equals("v") ? "volatile" : "stable")
              + ", and only what is immutable is sent",
          "Give its value as a parameter, or put the expression into a view on the shard by a"
              + " migration.");
    }
    return foreign(noun + " " + fact.name() + "()", number, fact);
  }

  private Optional<Reason> operator(long number) {
    Facts.Fact fact = facts.operator(number).orElse(new Facts.Fact("number " + number, "i", ""));
    if (!fact.kind().equals("i")) {
      return reason(
          "operator "
              + fact.name()
              + " is "
              + (fact.kind().equals("v") ? "volatile" : "stable")
              + " for these types (it depends on settings as TimeZone), and only what is immutable"
              + " is sent",
          "Compare values of the column's own type, as by a cast of the constant.");
    }
    return foreign("operator " + fact.name(), number, fact);
  }

  /** Of an extension that the server isn't said to have, or somebody's own. */
  private Optional<Reason> foreign(String title, long number, Facts.Fact fact) {
    if (number < FIRST_OWN || server.extensions().contains(fact.extension())) {
      return Optional.empty();
    }
    if (fact.extension().isEmpty()) {
      return reason(title + " is neither built in nor of an extension", BY_VIEW);
    }
    return reason(
        title
            + " is of extension \""
            + fact.extension()
            + "\", which option extensions of server \""
            + server.name()
            + "\" doesn't name",
        "If the shard has the same version of it: add it to `options: { extensions: … }` of \""
            + server.name()
            + "\" in shards.yaml, and run `ppp initialize`.");
  }

  /** The types of what it is made of. */
  private Optional<Reason> type(Node expression) {
    return PlanTree.walk(expression)
        .flatMap(node -> Stream.of(TYPE_FIELDS).map(field -> PlanTree.number(node, field)))
        .filter(number -> number >= FIRST_OWN)
        .flatMap(number -> type(number).stream())
        .findFirst();
  }

  private Optional<Reason> type(long number) {
    Facts.Fact fact = facts.type(number).orElse(new Facts.Fact("number " + number, "", ""));
    String kind =
        switch (fact.kind()) {
          case "e" -> "enum type ";
          case "d" -> "domain ";
          case "c" -> "composite type ";
          case "r", "m" -> "range type ";
          default -> "type ";
        };
    return foreign(kind + fact.name(), number, fact);
  }

  /**
   * @param safe whether a column of the foreign table vouches for it; else 0 means that there is
   *     none
   */
  private record Collation(boolean safe, long number) {
    static final Collation NONE = new Collation(false, 0);
  }

  private Optional<Reason> collation(Node expression) {
    return PlanTree.walk(expression)
        .filter(node -> PlanTree.number(node, "inputcollid") > 0)
        .filter(node -> !node.type().equals("AGGREF") || !PlanTree.list(node, "args").isEmpty())
        .filter(
            node ->
                !derived(node).equals(new Collation(true, PlanTree.number(node, "inputcollid"))))
        .map(node -> PlanTree.number(node, "inputcollid"))
        .map(
            number ->
                new Reason(
                    "it compares by "
                        + facts.collation(number)
                        + ", which is not that of a column in it",
                    "Leave out COLLATE, or give the column that collation by a migration; a"
                        + " comparison of constants alone has no column to go by."))
        .findFirst();
  }

  /** What its arguments have in common. */
  private Collation derived(Node node) {
    return node.children().stream()
        .map(Expressions::resulting)
        .reduce(Collation.NONE, Expressions::common);
  }

  private static Collation common(Collation one, Collation other) {
    if (one.safe() && other.safe() && one.number() != other.number()) {
      return new Collation(false, -1);
    }
    return one.number() < 0 || one.safe() ? one : other;
  }

  private static Collation resulting(Node node) {
    if (node.type().isEmpty()
        || node.type().equals("TARGETENTRY")
        || node.type().equals("CASEWHEN")) {
      return node.children().stream()
          .map(Expressions::resulting)
          .reduce(Collation.NONE, Expressions::common);
    }
    long own = ownCollation(node);
    if (own == 0) {
      return Collation.NONE;
    }
    if (node.type().equals("VAR")) {
      return new Collation(true, own);
    }
    Collation inner =
        node.children().stream()
            .map(Expressions::resulting)
            .reduce(Collation.NONE, Expressions::common);
    if (inner.safe() && inner.number() == own) {
      return inner;
    }
    return own == DEFAULT_COLLATION ? Collation.NONE : new Collation(false, -1);
  }

  private static long ownCollation(Node node) {
    return Stream.of(COLLATION_FIELDS)
        .filter(field -> !field.equals("inputcollid"))
        .map(field -> PlanTree.number(node, field))
        .filter(number -> number > 0)
        .findFirst()
        .orElse(0L);
  }
}
