package org.partitionproxy.explain;

/** Where quoted text ends, however long it is; a regular expression would run out of stack. */
final class Quotes {

  private Quotes() {}

  /**
   * The end of the string or quoted name that begins here, or the same place if none does. {@code
   * E'…'} begins at its letter.
   */
  static int skip(String text, int at) {
    char c = text.charAt(at);
    if (c == '\'' || c == '"') {
      return end(text, at + 1, c, false);
    }
    boolean prefix = "eEbBxXnN".indexOf(c) >= 0 && text.startsWith("'", at + 1);
    return prefix ? end(text, at + 2, '\'', c == 'e' || c == 'E') : at;
  }

  private static int end(String text, int from, char quote, boolean escapes) {
    int at = from;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '\\' && escapes) {
        at++;
      } else if (c == quote && at + 1 < text.length() && text.charAt(at + 1) == quote) {
        at++;
      } else if (c == quote) {
        return at + 1;
      }
      at++;
    }
    return text.length();
  }

  static boolean isWordPart(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || c == '$';
  }

  /** The end of the word or number that begins here. */
  static int word(String text, int at) {
    int end = at;
    while (end < text.length() && isWordPart(text.charAt(end))) {
      end++;
    }
    return end;
  }
}
