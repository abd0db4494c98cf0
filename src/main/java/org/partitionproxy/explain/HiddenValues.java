package org.partitionproxy.explain;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Expressions and statements as PostgreSQL writes them in plans, with a question mark for each
 * literal. Names, parameters, types and numbers of columns stay.
 */
public final class HiddenValues {

  private static final Pattern NUMBER = Pattern.compile("\\d++(?:\\.\\d*+)?(?:[eE][+-]?\\d++)?");

  /** What follows GROUP BY or ORDER BY. */
  private static final Pattern COLUMNS = Pattern.compile("\\s\\d++(?:, \\d++)*");

  private HiddenValues() {}

  public static String in(String text) {
    StringBuilder hidden = new StringBuilder();
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      int end = Quotes.skip(text, at);
      if (end > at) {
        hidden.append(c == '"' ? text.substring(at, end) : "?");
      } else if (Character.isDigit(c)) {
        Matcher number = NUMBER.matcher(text).region(at, text.length());
        end = number.lookingAt() ? number.end() : at + 1;
        hidden.append('?');
      } else {
        end = Math.max(at + 1, word(text, at));
        hidden.append(text, at, end);
      }
      at = end;
    }
    return hidden.toString();
  }

  private static int word(String text, int at) {
    int end = Quotes.word(text, at);
    if (!text.startsWith("BY", at) || end != at + 2) {
      return end;
    }
    Matcher columns = COLUMNS.matcher(text).region(end, text.length());
    return columns.lookingAt() ? columns.end() : end;
  }
}
