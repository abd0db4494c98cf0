package org.partitionproxy.script;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts typed text into statements at the semicolons that end one: not those in quotes, dollar
 * quotes, comments, parentheses, or the {@code BEGIN ATOMIC} body of a routine. Text comes in whole
 * lines, and each character is looked at once, however long a statement gets.
 *
 * @see <a href="https://www.postgresql.org/docs/18/sql-syntax-lexical.html">PostgreSQL, 4.1 Lexical
 *     Structure</a>
 */
public final class StatementSplitter {

  private static final Pattern DOLLAR_QUOTE =
      Pattern.compile("\\$(?:[\\p{Alpha}_\\x{80}-\\x{10ffff}][\\w\\x{80}-\\x{10ffff}]*)?\\$");

  /** What the next character belongs to. */
  private enum Inside {
    STATEMENT,
    STRING,
    /** {@code E'…'}, where a backslash takes the next character with it. */
    ESCAPE_STRING,
    IDENTIFIER,
    DOLLAR_QUOTE,
    COMMENT
  }

  private final List<Statement> complete = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();
  private final StringContinuation continuation = new StringContinuation();
  private RoutineBody body = new RoutineBody();
  private Inside inside = Inside.STATEMENT;
  private String dollarTag = "";
  private int commentDepth;
  private int parenthesisDepth;
  private boolean hasTokens;
  private boolean ended;
  private int lines;
  private int statementLine;
  private String beforeStatement = "";

  /** All statements of a text; its last one needs no semicolon. */
  public static List<Statement> split(String text) {
    StatementSplitter splitter = new StatementSplitter();
    text.lines().forEach(splitter::append);
    List<Statement> statements = splitter.take();
    statements.addAll(splitter.rest());
    return statements;
  }

  /**
   * @param line without its end
   */
  public void append(String line) {
    lines++;
    int at = 0;
    while (at < line.length()) {
      if (text.isEmpty() && Character.isWhitespace(line.charAt(at))) {
        at++;
        continue;
      }
      if (text.isEmpty()) {
        statementLine = lines;
        beforeStatement = line.substring(0, at);
      }
      int next = step(line, at);
      text.append(line, at, next);
      if (ended) {
        finish();
      }
      at = next;
    }
    if (!text.isEmpty()) {
      text.append('\n');
    }
    continuation.lineEnd();
  }

  /** The statements that are complete since the last call. */
  public List<Statement> take() {
    List<Statement> taken = new ArrayList<>(complete);
    complete.clear();
    return taken;
  }

  /** What stands after the last semicolon, at most one statement; comments alone are none. */
  public List<Statement> rest() {
    if (hasTokens) {
      finish();
    } else {
      reset();
    }
    return take();
  }

  /** Whether a statement, a quote or a comment has begun that is not complete. */
  public boolean isPending() {
    return hasTokens || inside != Inside.STATEMENT;
  }

  private void finish() {
    if (hasTokens) {
      complete.add(new Statement(text.toString().stripTrailing(), statementLine, beforeStatement));
    }
    reset();
  }

  private void reset() {
    text.setLength(0);
    body = new RoutineBody();
    inside = Inside.STATEMENT;
    commentDepth = 0;
    parenthesisDepth = 0;
    hasTokens = false;
    ended = false;
    continuation.clear();
  }

  /** Reads one token, or one character inside of quotes and comments; returns where it ends. */
  private int step(String line, int at) {
    return switch (inside) {
      case STATEMENT -> stepOutside(line, at);
      case STRING -> stepQuoted(line, at, '\'');
      case IDENTIFIER -> stepQuoted(line, at, '"');
      case ESCAPE_STRING ->
          line.charAt(at) == '\\' ? Math.min(at + 2, line.length()) : stepQuoted(line, at, '\'');
      case DOLLAR_QUOTE -> stepDollarQuoted(line, at);
      case COMMENT -> stepComment(line, at);
    };
  }

  /** A doubled quote closes and opens again, which comes to the same. */
  private int stepQuoted(String line, int at, char quote) {
    if (line.charAt(at) == quote) {
      if (quote == '\'') {
        continuation.closed(inside == Inside.ESCAPE_STRING && !line.startsWith("''", at));
      }
      if (line.startsWith(String.valueOf(quote).repeat(2), at)) {
        return at + 2;
      }
      inside = Inside.STATEMENT;
    }
    return at + 1;
  }

  private int stepDollarQuoted(String line, int at) {
    int end = line.indexOf(dollarTag, at);
    if (end < 0) {
      return line.length();
    }
    inside = Inside.STATEMENT;
    return end + dollarTag.length();
  }

  private int stepComment(String line, int at) {
    if (line.startsWith("*/", at)) {
      commentDepth--;
      inside = commentDepth == 0 ? Inside.STATEMENT : Inside.COMMENT;
      return at + 2;
    }
    if (line.startsWith("/*", at)) {
      commentDepth++;
      return at + 2;
    }
    return at + 1;
  }

  private int stepOutside(String line, int at) {
    char c = line.charAt(at);
    if (line.startsWith("--", at)) {
      return line.length();
    }
    if (line.startsWith("/*", at)) {
      inside = Inside.COMMENT;
      commentDepth = 1;
      return at + 2;
    }
    if (Character.isWhitespace(c)) {
      return at + 1;
    }
    return stepToken(line, at, c);
  }

  private int stepToken(String line, int at, char c) {
    boolean escapes = continuation.take();
    hasTokens |= c != ';';
    switch (c) {
      case ';' -> ended = parenthesisDepth == 0 && !body.isOpen();
      case '\'' -> inside = escapes ? Inside.ESCAPE_STRING : Inside.STRING;
      case '"' -> inside = Inside.IDENTIFIER;
      case '(' -> parenthesisDepth++;
      case ')' -> parenthesisDepth = Math.max(0, parenthesisDepth - 1);
      case '$' -> {
        return stepDollar(line, at);
      }
      default -> {
        if (isWordStart(c)) {
          return stepWord(line, at);
        }
      }
    }
    return at + 1;
  }

  private int stepDollar(String line, int at) {
    Matcher quote = DOLLAR_QUOTE.matcher(line).region(at, line.length());
    if (!quote.lookingAt()) {
      return at + 1;
    }
    inside = Inside.DOLLAR_QUOTE;
    dollarTag = quote.group();
    return quote.end();
  }

  /** A whole word at once: the {@code $} in one begins no quote, its last {@code e} no string. */
  private int stepWord(String line, int at) {
    int end = at + 1;
    while (end < line.length() && isWordPart(line.charAt(end))) {
      end++;
    }
    String word = line.substring(at, end).toLowerCase(Locale.ROOT);
    if (word.equals("e") && line.startsWith("'", end)) {
      inside = Inside.ESCAPE_STRING;
      return end + 1;
    }
    if (parenthesisDepth == 0) {
      body.word(word);
    }
    return end;
  }

  private static boolean isWordStart(char c) {
    return c == '_' || c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static boolean isWordPart(char c) {
    return isWordStart(c) || c == '$' || (c >= '0' && c <= '9');
  }
}
