package org.partitionproxy.inspect;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.partitionproxy.inspect.SqlLexer.Kind;
import org.partitionproxy.inspect.SqlLexer.Token;

/**
 * Takes passwords out of text from a server's log. ppp's own secret statements are never logged;
 * this is for those of others: {@code PASSWORD '…'}, options of user mappings, connection strings,
 * verifiers. It would rather hide too much.
 */
final class PasswordMask {

  private static final String MASK = "********";
  private static final int DEEPEST_NESTING = 8;

  private static final Pattern VERIFIER =
      Pattern.compile("SCRAM-SHA-256\\$[^\\s'\"]+|\\bmd5[0-9a-f]{32}\\b");
  private static final Pattern URI =
      Pattern.compile("(?i)(postgres(?:ql)?://[^\\s:/@'\"]*:)[^\\s@'\"]+(?=@)");
  private static final Pattern ASSIGNED = Pattern.compile("(?i)(password\\s*=\\s*)[^\\s'\"&\\\\]+");
  private static final Pattern BEFORE_QUOTES =
      Pattern.compile("(?i)password\"?\\s*=?\\s*(?:[en]|u&)?('+)");

  private PasswordMask() {}

  /** Of SQL, or of text with SQL at its end. */
  static String inSql(String sql) {
    return isSuspicious(sql) ? maskForms(maskTokens(sql, 0)) : sql;
  }

  /** Of any text, in which an apostrophe may stand without its like. */
  static String inMessage(String text) {
    return isSuspicious(text) ? maskForms(maskQuotes(maskTokens(text, 0), 1)) : text;
  }

  private static String maskForms(String text) {
    String masked = VERIFIER.matcher(text).replaceAll(MASK);
    return URI.matcher(masked).replaceAll("$1" + Matcher.quoteReplacement(MASK));
  }

  private static boolean isSuspicious(String text) {
    return text.contains("SCRAM-SHA-256$")
        || text.contains("md5")
        || text.contains("://")
        || text.toLowerCase(Locale.ROOT).contains("password");
  }

  /** Masks what follows a word that ends in {@code password}, by tokens. */
  private static String maskTokens(String sql, int depth) {
    SqlLexer lexer = new SqlLexer(sql);
    StringBuilder masked = new StringBuilder(sql.length());
    int copied = 0;
    boolean secret = false;
    for (Token token = lexer.next(); token != null; token = lexer.next()) {
      if (token.kind() == Kind.STRING || token.kind() == Kind.DOLLAR) {
        masked.append(sql, copied, token.start());
        String text = sql.substring(token.start(), token.end());
        masked.append(secret ? "'" + MASK + "'" : maskInside(text, token.kind(), depth));
        copied = token.end();
      } else if (token.kind() == Kind.WORD || token.kind() == Kind.QUOTED) {
        secret = lexer.name(token).toLowerCase(Locale.ROOT).endsWith("password");
      } else {
        secret = secret && isAssignment(lexer, token);
      }
    }
    return masked.append(sql, copied, sql.length()).toString();
  }

  private static boolean isAssignment(SqlLexer lexer, Token token) {
    return lexer.is(token, '=') || lexer.is(token, ':') || lexer.is(token, '>');
  }

  private static String maskInside(String constant, Kind kind, int depth) {
    if (kind == Kind.DOLLAR && depth < DEEPEST_NESTING) {
      int open = constant.indexOf('$', 1) + 1;
      return constant.substring(0, open) + maskTokens(constant.substring(open), depth + 1);
    }
    String masked = maskQuotes(constant, 2);
    return ASSIGNED.matcher(masked).replaceAll("$1" + Matcher.quoteReplacement(MASK));
  }

  /**
   * The same by characters, for text that is no SQL by itself: a message with an apostrophe in it,
   * or SQL inside a string constant, where quotes are doubled.
   *
   * @param least number of quotes before a password
   */
  private static String maskQuotes(String text, int least) {
    Matcher matcher = BEFORE_QUOTES.matcher(text);
    StringBuilder masked = new StringBuilder(text.length());
    int copied = 0;
    while (matcher.find(copied)) {
      int width = matcher.group(1).length() % 2 == 1 ? 1 : 2;
      int open = matcher.start(1) + width;
      if (width < least) {
        masked.append(text, copied, open);
        copied = open;
        continue;
      }
      int close = closing(text, open, width);
      masked.append(text, copied, open).append(MASK);
      if (close < 0) {
        return masked.toString();
      }
      masked.append("'".repeat(width));
      copied = close + width;
    }
    return masked.append(text, copied, text.length()).toString();
  }

  /** Where the constant ends that was opened with that many quotes; -1 if it does not. */
  private static int closing(String text, int from, int width) {
    int at = from;
    while ((at = text.indexOf('\'', at)) >= 0) {
      int end = at;
      while (end < text.length() && text.charAt(end) == '\'') {
        end++;
      }
      int run = end - at;
      if (width == 1 ? run % 2 == 1 : run >= 2 && run % 4 != 0) {
        return width == 1 ? end - 1 : at;
      }
      at = end;
    }
    return -1;
  }
}
