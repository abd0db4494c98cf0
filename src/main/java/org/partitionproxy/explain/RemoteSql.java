package org.partitionproxy.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The clauses of a statement that postgres_fdw wrote: always in one order, keywords in capitals.
 */
final class RemoteSql {

  private static final Pattern TOKEN =
      Pattern.compile(
          "\"(?:[^\"]|\"\")*\"|[eE]'(?:[^'\\\\]|''|\\\\.)*'|'(?:[^']|'')*'|[(]|[)]"
              + "|(?<![\\p{L}\\p{N}_$.])(?<clause>WHERE|GROUP BY|HAVING|ORDER BY|LIMIT|OFFSET"
              + "|RETURNING|FOR UPDATE|FOR SHARE)(?![\\p{L}\\p{N}_$])",
          Pattern.DOTALL);

  private record Clause(String name, int start, int end) {}

  private final String sql;
  private final List<Clause> clauses = new ArrayList<>();

  RemoteSql(String sql) {
    this.sql = sql;
    Matcher token = TOKEN.matcher(sql);
    int depth = 0;
    while (token.find()) {
      switch (token.group()) {
        case "(" -> depth++;
        case ")" -> depth--;
        default -> {
          if (depth == 0 && token.group("clause") != null) {
            clauses.add(new Clause(token.group(), token.start(), token.end()));
          }
        }
      }
    }
  }

  /** What stands after a keyword, up to the next; empty text for one that is complete by itself. */
  Optional<String> find(String clause) {
    for (int i = 0; i < clauses.size(); i++) {
      if (clauses.get(i).name().equals(clause)) {
        int end = i + 1 < clauses.size() ? clauses.get(i + 1).start() : sql.length();
        return Optional.of(sql.substring(clauses.get(i).end(), end).strip());
      }
    }
    return Optional.empty();
  }
}
