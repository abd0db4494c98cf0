package org.partitionproxy.inspect;

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
    SqlLexer lexer = new SqlLexer(sql);
    while (lexer.next() != null) {
      // Comments are found on the way.
    }
    return lexer.blockComments();
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
