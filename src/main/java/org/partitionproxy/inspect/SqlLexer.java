package org.partitionproxy.inspect;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cuts SQL into tokens, as far as is needed to tell names from what only looks like names: string
 * constants and comments. It never fails: what is not closed ends with the text.
 *
 * @see <a href="https://www.postgresql.org/docs/18/sql-syntax-lexical.html">PostgreSQL, 4.1 Lexical
 *     Structure</a>
 */
final class SqlLexer {

  enum Kind {
    /** A key word or a name without quotes. */
    WORD,
    /** A name in double quotes. */
    QUOTED,
    /** A string constant with its prefix ({@code E'…'}, {@code U&'…'}). */
    STRING,
    /** A dollar-quoted string constant. */
    DOLLAR,
    NUMBER,
    /** One character that is none of these. */
    OTHER
  }

  /**
   * @param start of the token in the text
   * @param end after its last character
   */
  record Token(Kind kind, int start, int end) {}

  private final String sql;
  private final List<String> blockComments = new ArrayList<>();
  private int at;

  SqlLexer(String sql) {
    this.sql = sql;
  }

  /** The next token; null at the end. */
  @Nullable Token next() {
    skipBlanksAndComments();
    if (at >= sql.length()) {
      return null;
    }
    int start = at;
    Kind kind = scan(sql.charAt(at));
    return new Token(kind, start, at);
  }

  /** What stood between the tokens until now, without slashes and stars. */
  List<String> blockComments() {
    return blockComments;
  }

  /** The name that a word or quoted token stands for, as the catalogs would hold it. */
  String name(Token token) {
    String text = sql.substring(token.start(), token.end());
    if (token.kind() == Kind.QUOTED) {
      String open = text.startsWith("\"") ? text.substring(1) : text.substring(3);
      String inner = open.endsWith("\"") ? open.substring(0, open.length() - 1) : open;
      return inner.replace("\"\"", "\"");
    }
    return foldCase(text);
  }

  boolean is(Token token, char character) {
    return token.kind() == Kind.OTHER && sql.charAt(token.start()) == character;
  }

  /** PostgreSQL folds only ASCII letters where the encoding is UTF-8. */
  private static String foldCase(String word) {
    StringBuilder folded = new StringBuilder(word);
    for (int i = 0; i < folded.length(); i++) {
      char c = folded.charAt(i);
      if (c >= 'A' && c <= 'Z') {
        folded.setCharAt(i, (char) (c + ('a' - 'A')));
      }
    }
    return folded.toString();
  }

  private Kind scan(char first) {
    if (isNameStart(first)) {
      return scanWord();
    }
    if (first >= '0' && first <= '9') {
      skipNumber();
      return Kind.NUMBER;
    }
    if (first == '\'') {
      skipString(false);
      return Kind.STRING;
    }
    if (first == '"') {
      skipQuotes('"');
      return Kind.QUOTED;
    }
    if (first == '$' && skipDollarString()) {
      return Kind.DOLLAR;
    }
    at++;
    return Kind.OTHER;
  }

  private Kind scanWord() {
    int start = at;
    while (at < sql.length() && isNamePart(sql.charAt(at))) {
      at++;
    }
    int length = at - start;
    char first = Character.toLowerCase(sql.charAt(start));
    if (length == 1 && peek(0) == '\'' && "enbx".indexOf(first) >= 0) {
      skipString(first == 'e');
      return Kind.STRING;
    }
    if (length == 1 && first == 'u' && peek(0) == '&' && (peek(1) == '\'' || peek(1) == '"')) {
      at++;
      char quote = peek(0);
      skipQuotes(quote);
      return quote == '"' ? Kind.QUOTED : Kind.STRING;
    }
    return Kind.WORD;
  }

  private void skipString(boolean backslashEscapes) {
    if (!backslashEscapes) {
      skipQuotes('\'');
      return;
    }
    at++;
    while (at < sql.length()) {
      char c = sql.charAt(at++);
      if (c == '\\') {
        at = Math.min(at + 1, sql.length());
      } else if (c == '\'') {
        if (peek(0) != '\'') {
          return;
        }
        at++;
      }
    }
  }

  /** From the opening quote to after the closing one; a doubled quote does not close. */
  private void skipQuotes(char quote) {
    at++;
    while (at < sql.length()) {
      if (sql.charAt(at++) == quote) {
        if (peek(0) != quote) {
          return;
        }
        at++;
      }
    }
  }

  private boolean skipDollarString() {
    int tagEnd = at + 1;
    while (tagEnd < sql.length() && isTagPart(sql.charAt(tagEnd), tagEnd == at + 1)) {
      tagEnd++;
    }
    if (tagEnd >= sql.length() || sql.charAt(tagEnd) != '$') {
      return false;
    }
    String tag = sql.substring(at, tagEnd + 1);
    int close = sql.indexOf(tag, tagEnd + 1);
    at = close < 0 ? sql.length() : close + tag.length();
    return true;
  }

  private void skipNumber() {
    while (at < sql.length()
        && (isNamePart(sql.charAt(at)) || (sql.charAt(at) == '.' && isDigit(peek(1))))) {
      at++;
    }
  }

  private void skipBlanksAndComments() {
    while (at < sql.length()) {
      if (Character.isWhitespace(sql.charAt(at))) {
        at++;
      } else if (sql.startsWith("--", at)) {
        int end = sql.indexOf('\n', at);
        at = end < 0 ? sql.length() : end + 1;
      } else if (sql.startsWith("/*", at)) {
        skipBlockComment();
      } else {
        return;
      }
    }
  }

  /** Block comments nest in PostgreSQL. */
  private void skipBlockComment() {
    int start = at;
    int depth = 0;
    while (at < sql.length()) {
      if (sql.startsWith("/*", at)) {
        depth++;
        at += 2;
      } else if (sql.startsWith("*/", at)) {
        depth--;
        at += 2;
        if (depth == 0) {
          blockComments.add(sql.substring(start + 2, at - 2));
          return;
        }
      } else {
        at++;
      }
    }
    blockComments.add(sql.substring(Math.min(start + 2, sql.length())));
  }

  private char peek(int ahead) {
    return at + ahead < sql.length() ? sql.charAt(at + ahead) : '\0';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isNameStart(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
  }

  private static boolean isNamePart(char c) {
    return isNameStart(c) || isDigit(c) || c == '$';
  }

  private static boolean isTagPart(char c, boolean first) {
    return isNameStart(c) || (!first && isDigit(c));
  }
}
