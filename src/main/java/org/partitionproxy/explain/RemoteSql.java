package org.partitionproxy.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The clauses of a statement that postgres_fdw wrote: always in one order, keywords in capitals.
 */
final class RemoteSql {

  private static final List<String> CLAUSES =
      List.of(
          "WHERE",
          "GROUP BY",
          "HAVING",
          "ORDER BY",
          "LIMIT",
          "OFFSET",
          "RETURNING",
          "FOR UPDATE",
          "FOR SHARE");

  private record Clause(String name, int start) {}

  private final String sql;
  private final List<Clause> clauses = new ArrayList<>();

  RemoteSql(String sql) {
    this.sql = sql;
    int depth = 0;
    int at = 0;
    while (at < sql.length()) {
      int end = Quotes.skip(sql, at);
      if (end == at) {
        char c = sql.charAt(at);
        depth += c == '(' ? 1 : c == ')' ? -1 : 0;
        end = Math.max(at + 1, Quotes.word(sql, at));
        if (depth == 0 && Quotes.isWordPart(c)) {
          clauseAt(at).ifPresent(clauses::add);
        }
      }
      at = end;
    }
  }

  private Optional<Clause> clauseAt(int at) {
    return CLAUSES.stream()
        .filter(clause -> sql.startsWith(clause, at))
        .filter(clause -> !isWordPart(at + clause.length()))
        .map(clause -> new Clause(clause, at))
        .findFirst();
  }

  private boolean isWordPart(int at) {
    return at < sql.length() && Quotes.isWordPart(sql.charAt(at));
  }

  /** What stands after a keyword, up to the next; empty text for one that is complete by itself. */
  Optional<String> find(String clause) {
    for (int i = 0; i < clauses.size(); i++) {
      if (clauses.get(i).name().equals(clause)) {
        int end = i + 1 < clauses.size() ? clauses.get(i + 1).start() : sql.length();
        return Optional.of(sql.substring(clauses.get(i).start() + clause.length(), end).strip());
      }
    }
    return Optional.empty();
  }
}
