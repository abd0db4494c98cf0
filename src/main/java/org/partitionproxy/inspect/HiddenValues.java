package org.partitionproxy.inspect;

import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.partitionproxy.inspect.SqlLexer.Kind;
import org.partitionproxy.inspect.SqlLexer.Token;

/**
 * Takes values out of what a server logged, for readers who may know what was asked but not of
 * whom: literals, parameters, comments. Names stay. It would rather hide too much.
 */
public final class HiddenValues {

  private static final String HIDDEN = "?";
  private static final String HIDDEN_COMMENT = "/* ? */";

  /**
   * Classes of SQLSTATE whose messages name objects in double quotes, not values. (PostgreSQL,
   * Appendix A.)
   */
  private static final SortedSet<String> NAMING =
      new TreeSet<>(
          List.of(
              "08", "0A", "23", "25", "28", "2B", "34", "3B", "3D", "3F", "40", "42", "53", "54",
              "55", "57", "58", "F0", "HV"));

  /** Those of the server whose messages quote values; in all others, an application wrote them. */
  private static final SortedSet<String> QUOTING =
      new TreeSet<>(List.of("00", "01", "02", "03", "20", "21", "22", "24", "26", "XX"));

  /** {@code syntax_error}: near a name, or near a constant. */
  private static final String SYNTAX = "42601";

  private static final String REMOTE_SQL = "remote SQL command: ";

  private static final Pattern KEY_VALUES = Pattern.compile("(?s)\\)=\\(.*\\)");
  private static final Pattern ROW_VALUES = Pattern.compile("(?s)(\\bcontains )\\(.*\\)");
  private static final Pattern QUOTED = Pattern.compile("\"[^\"]*(?:\"|$)");
  private static final Pattern APOSTROPHES = Pattern.compile("(?<!\\w)'[^']*(?:'|$)");
  private static final Pattern NUMBER_OR_NAME =
      Pattern.compile("\"[^\"]*\"|\\b[0-9][0-9a-zA-Z_.:+-]*");

  private HiddenValues() {}

  /** Of SQL: constants become {@code ?}; so does what a comment says. */
  public static String inSql(String sql) {
    SqlLexer lexer = new SqlLexer(sql);
    StringBuilder shown = new StringBuilder(sql.length());
    int copied = 0;
    boolean dollar = false;
    String before = "";
    for (Token token = lexer.next(); token != null; token = lexer.next()) {
      appendGap(sql.substring(copied, token.start()), shown);
      String text = sql.substring(token.start(), token.end());
      if (isAmbiguous(token.kind(), text)) {
        return shown.append(HIDDEN).toString();
      }
      boolean parameter = dollar && copied == token.start();
      shown.append(isValue(token.kind(), text, before) && !parameter ? HIDDEN : text);
      copied = token.end();
      dollar = lexer.is(token, '$');
      before = text.toLowerCase(Locale.ROOT);
    }
    appendGap(sql.substring(copied), shown);
    return shown.toString();
  }

  /** Whether the reader may be out of step with the server here, so that nothing more is sure. */
  private static boolean isAmbiguous(Kind kind, String text) {
    if (kind == Kind.QUOTED) {
      // Not closed: a server would refuse it, and its rest may be anything.
      return text.length() < 2 || !text.endsWith("\"");
    }
    // Whether the quote after a backslash closes is a setting, standard_conforming_strings, or was
    // said before the first part of a constant that goes on in another line.
    return kind == Kind.STRING && text.startsWith("'") && text.contains("\\'");
  }

  private static boolean isValue(Kind kind, String text, String before) {
    return switch (kind) {
      case STRING, DOLLAR, NUMBER -> true;
      case WORD ->
          (text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false"))
              && !before.equals("is")
              && !before.equals("not");
      case QUOTED, OTHER -> false;
    };
  }

  private static void appendGap(String gap, StringBuilder shown) {
    String comments = gap.strip();
    if (comments.isEmpty()) {
      shown.append(gap);
      return;
    }
    int begin = gap.indexOf(comments);
    String after = gap.substring(begin + comments.length());
    shown.append(gap, 0, begin).append(HIDDEN_COMMENT);
    shown.append(after.isEmpty() && comments.startsWith("--") ? "\n" : after);
  }

  /** Of parameters as a log has them: {@code $1 = 'x', $2 = NULL} becomes {@code $1 = ?, …}. */
  public static String inParameters(String parameters) {
    StringBuilder shown = new StringBuilder();
    int at = 0;
    while (at < parameters.length()) {
      int value = parameters.indexOf(" = ", at);
      if (value < 0 || !parameters.substring(at, value).matches("\\$[0-9]+")) {
        return shown.append(HIDDEN).toString();
      }
      shown.append(parameters, at, value).append(" = ").append(HIDDEN);
      int end = endOfParameter(parameters, value + " = ".length());
      int next = parameters.startsWith(", ", end) ? end + 2 : end;
      if (next == end && end < parameters.length()) {
        return shown.append(", ").append(HIDDEN).toString();
      }
      shown.append(next > end ? ", " : "");
      at = next;
    }
    return shown.toString();
  }

  private static int endOfParameter(String parameters, int from) {
    if (!parameters.startsWith("'", from)) {
      int comma = parameters.indexOf(',', from);
      return comma < 0 ? parameters.length() : comma;
    }
    int at = from + 1;
    while (at < parameters.length()) {
      if (parameters.charAt(at++) == '\'') {
        if (at >= parameters.length() || parameters.charAt(at) != '\'') {
          return at;
        }
        at++;
      }
    }
    return at;
  }

  /**
   * Of an error's message or detail. A message that an application wrote itself is hidden whole.
   *
   * @param sqlState of the error, which tells what stands in quotes; empty if it is not known
   */
  public static String inMessage(String sqlState, String message) {
    int remote = message.indexOf(REMOTE_SQL);
    if (remote >= 0) {
      int sql = remote + REMOTE_SQL.length();
      return inMessage(sqlState, message.substring(0, remote))
          + REMOTE_SQL
          + inSql(message.substring(sql));
    }
    String errorClass = sqlState.length() == 5 ? sqlState.substring(0, 2) : "";
    if (!NAMING.contains(errorClass) && !QUOTING.contains(errorClass)) {
      return message.isEmpty() ? message : HIDDEN;
    }
    String shown = KEY_VALUES.matcher(message).replaceAll(")=(" + HIDDEN + ")");
    shown = ROW_VALUES.matcher(shown).replaceAll("$1(" + HIDDEN + ")");
    if (QUOTING.contains(errorClass) || sqlState.equals(SYNTAX)) {
      shown = QUOTED.matcher(shown).replaceAll(HIDDEN);
    }
    shown = APOSTROPHES.matcher(shown).replaceAll(HIDDEN);
    return NUMBER_OR_NAME
        .matcher(shown)
        .replaceAll(found -> found.group().startsWith("\"") ? quote(found.group()) : HIDDEN);
  }

  private static String quote(String text) {
    return Matcher.quoteReplacement(text);
  }
}
