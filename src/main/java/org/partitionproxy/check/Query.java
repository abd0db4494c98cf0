package org.partitionproxy.check;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a statement means, from the tree that PostgreSQL made of it: names are resolved, views
 * expanded.
 *
 * @param isMerge whether it is a MERGE
 * @param locks of rows, for those relations whose rows are elsewhere
 * @param conflict what ON CONFLICT says, if it is there
 * @param calls of functions by name
 * @param systemColumns of such relations, by their negative numbers
 * @param parameters the greatest number of a {@code $1}
 */
record Query(
    boolean isMerge,
    List<RowLock> locks,
    Optional<Conflict> conflict,
    Set<Call> calls,
    Set<Integer> systemColumns,
    int parameters) {

  /** As PostgreSQL numbers them, the same in all versions since 15. */
  enum Strength {
    KEY_SHARE(1, "KEY SHARE"),
    SHARE(2, "SHARE"),
    NO_KEY_UPDATE(3, "NO KEY UPDATE"),
    UPDATE(4, "UPDATE");

    private final long number;
    private final String text;

    Strength(long number, String text) {
      this.number = number;
      this.text = text;
    }

    static Optional<Strength> of(long number) {
      return Stream.of(values()).filter(s -> s.number == number).findFirst();
    }

    @Override
    public String toString() {
      return text;
    }
  }

  enum Waiting {
    WAITS,
    SKIPS,
    FAILS;

    static Waiting of(long number) {
      return number == 1 ? SKIPS : number == 2 ? FAILS : WAITS;
    }
  }

  record RowLock(Strength strength, Waiting waiting) {}

  /**
   * @param onConstant whether its first argument is a constant, {@code 'ids'::regclass}
   */
  record Call(long function, boolean onConstant) {}

  /**
   * @param hasTarget whether it names columns or a constraint
   */
  record Conflict(boolean hasTarget, boolean updates) {}

  /**
   * From what the server writes with {@code debug_print_rewritten}: the trees of the statement, and
   * of the one that it came in.
   */
  static Optional<Query> read(List<String> trees) {
    Collector collector = new Collector();
    trees.stream().map(Node::parse).forEach(nodes -> nodes.forEach(collector::visit));
    return collector.found ? Optional.of(collector.query()) : Optional.empty();
  }

  /** Of {@code CmdType}, the same in all versions since 15. */
  private static final int MERGE = 5;

  private static final int UTILITY = 6;

  private static final class Collector {
    private final Deque<List<Node>> rangeTables = new ArrayDeque<>();
    private final List<RowLock> locks = new ArrayList<>();
    private final Set<Call> calls = new HashSet<>();
    private final Set<Integer> systemColumns = new HashSet<>();
    private Optional<Conflict> conflict = Optional.empty();
    private boolean isMerge;
    private boolean found;
    private int parameters;

    Query query() {
      return new Query(isMerge, locks, conflict, calls, systemColumns, parameters);
    }

    void visit(Node node) {
      switch (node.type()) {
        case "QUERY" -> visitQuery(node);
        case "FUNCEXPR" -> visitCall(node);
        case "VAR" -> visitVar(node);
        case "PARAM" -> visitParam(node);
        case "ONCONFLICTEXPR" -> visitConflict(node);
        case "ROWMARKCLAUSE" -> visitLock(node);
        default -> {
          // Only its children matter.
        }
      }
      if (!node.type().equals("QUERY")) {
        node.children().forEach(this::visit);
      }
    }

    private void visitQuery(Node query) {
      long command = query.requireNumber("commandType");
      if (command == UTILITY) {
        return;
      }
      found = true;
      isMerge |= command == MERGE;
      rangeTables.push(query.list("rtable"));
      query.children().forEach(this::visit);
      rangeTables.pop();
    }

    private void visitVar(Node variable) {
      long column = variable.requireNumber("varattno");
      long up = variable.requireNumber("varlevelsup");
      if (column < 0 && up < rangeTables.size()) {
        List<Node> relations = rangeTables.stream().skip(up).findFirst().orElseThrow();
        if (isForeign(relations, variable.requireNumber("varno"))) {
          systemColumns.add((int) column);
        }
      }
    }

    private void visitCall(Node call) {
      List<Node> arguments = call.list("args");
      boolean constant = !arguments.isEmpty() && arguments.get(0).type().equals("CONST");
      calls.add(new Call(call.requireNumber("funcid"), constant));
    }

    private void visitParam(Node param) {
      if (param.requireNumber("paramkind") == 0) {
        parameters = Math.max(parameters, (int) param.requireNumber("paramid"));
      }
    }

    private void visitConflict(Node clause) {
      boolean target =
          !clause.list("arbiterElems").isEmpty() || clause.requireNumber("constraint") > 0;
      conflict = Optional.of(new Conflict(target, clause.requireNumber("action") == 2));
    }

    private void visitLock(Node lock) {
      if (!rangeTables.isEmpty() && isForeign(rangeTables.peek(), lock.requireNumber("rti"))) {
        Strength.of(lock.requireNumber("strength"))
            .map(s -> new RowLock(s, Waiting.of(lock.requireNumber("waitPolicy"))))
            .ifPresent(locks::add);
      }
    }

    private static boolean isForeign(List<Node> relations, long number) {
      return number > 0
          && number <= relations.size()
          && relations.get((int) number - 1).text("relkind").equals("f");
    }
  }
}
