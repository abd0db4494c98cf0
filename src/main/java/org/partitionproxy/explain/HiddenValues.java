package org.partitionproxy.explain;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Expressions and statements as PostgreSQL writes them in plans, with a question mark for each
 * literal. Names, parameters, types and numbers of columns stay.
 */
public final class HiddenValues {

  /** What PostgreSQL never breaks apart; only strings and numbers are values. */
  private static final Pattern TOKEN =
      Pattern.compile(
          "(?<ordinals>(?:GROUP|ORDER) BY \\d+(?:, \\d+)*)"
              + "|(?<name>\"(?:[^\"]|\"\")*\"|[\\p{L}_][\\p{L}\\p{N}_$]*+(?!')|\\$\\d+)"
              + "|(?<type>(?<=\\p{L})\\(\\d+(?:,-?\\d+)?\\))"
              + "|(?<string>[eEbBxXnN]'(?:[^'\\\\]|''|\\\\.)*'|'(?:[^']|'')*')"
              + "|(?<number>\\d+(?:\\.\\d*)?(?:[eE][+-]?\\d+)?)",
          Pattern.DOTALL);

  private HiddenValues() {}

  public static String in(String text) {
    Matcher token = TOKEN.matcher(text);
    StringBuilder hidden = new StringBuilder();
    int at = 0;
    while (token.find()) {
      boolean value = token.group("string") != null || token.group("number") != null;
      hidden.append(text, at, token.start()).append(value ? "?" : token.group());
      at = token.end();
    }
    return hidden.append(text, at, text.length()).toString();
  }
}
