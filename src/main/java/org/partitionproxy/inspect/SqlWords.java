package org.partitionproxy.inspect;

import java.util.HashSet;
import java.util.Set;
import org.partitionproxy.inspect.SqlLexer.Token;

/**
 * What SQL speaks of, to tell whether one statement can have come of another: its names, and its
 * constants as they stand there, without casts and quotes.
 *
 * @param names folded as the catalogs hold them; key words too
 */
public record SqlWords(Set<String> names, Set<String> constants) {

  /** Longer statements are judged by their beginning, in characters. */
  private static final int LONGEST = 20_000;

  /** Of SQL, or of the log's list of parameters. */
  public static SqlWords of(String sql) {
    String text = sql.length() > LONGEST ? sql.substring(0, LONGEST) : sql;
    SqlLexer lexer = new SqlLexer(text);
    Set<String> names = new HashSet<>();
    Set<String> constants = new HashSet<>();
    for (Token token = lexer.next(); token != null; token = lexer.next()) {
      switch (token.kind()) {
        case WORD, QUOTED -> names.add(lexer.name(token));
        case STRING -> {
          String constant = text.substring(token.start(), token.end());
          int open = constant.indexOf('\'') + 1;
          constants.add(constant.substring(open, Math.max(open, constant.length() - 1)));
        }
        case NUMBER -> constants.add(text.substring(token.start(), token.end()));
        default -> {}
      }
    }
    return new SqlWords(names, constants);
  }
}
