package org.partitionproxy.inspect;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What can be told of a statement without parsing it. It never fails, whatever the text. */
public final class SqlText {

  private SqlText() {}

  /**
   * The texts within block comments, in their order; what only looks like one, in a string constant
   * or behind {@code --}, is none.
   */
  public static List<String> blockComments(String sql) {
    List<String> comments = new ArrayList<>();
    SqlLexer lexer = new SqlLexer(sql);
    int gap = 0;
    for (SqlLexer.Token token = lexer.next(); token != null; token = lexer.next()) {
      collect(sql, gap, token.start(), comments);
      gap = token.end();
    }
    collect(sql, gap, sql.length(), comments);
    return comments;
  }

  /** Between two tokens there are but blanks and comments. */
  private static void collect(String sql, int start, int end, List<String> comments) {
    int at = start;
    while (at < end) {
      if (sql.startsWith("--", at)) {
        int line = sql.indexOf('\n', at);
        at = line < 0 ? end : line + 1;
      } else if (sql.startsWith("/*", at)) {
        int close = endOfComment(sql, at, end);
        comments.add(sql.substring(at + 2, Math.max(at + 2, close - 2)));
        at = close;
      } else {
        at++;
      }
    }
  }

  /** Block comments nest in PostgreSQL. */
  private static int endOfComment(String sql, int start, int end) {
    int depth = 0;
    int at = start;
    while (at + 1 < end) {
      if (sql.startsWith("/*", at)) {
        depth++;
        at += 2;
      } else if (sql.startsWith("*/", at)) {
        depth--;
        at += 2;
        if (depth == 0) {
          return at;
        }
      } else {
        at++;
      }
    }
    return end;
  }

  /** {@code SELECT}, {@code WITH}, {@code COPY}, in upper case; empty where there is no word. */
  public static String firstWord(String sql) {
    SqlLexer lexer = new SqlLexer(sql);
    for (SqlLexer.Token token = lexer.next(); token != null; token = lexer.next()) {
      if (token.kind() == SqlLexer.Kind.WORD) {
        return sql.substring(token.start(), token.end()).toUpperCase(Locale.ROOT);
      }
      if (!lexer.is(token, '(')) {
        return "";
      }
    }
    return "";
  }
}
