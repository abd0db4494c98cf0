package org.partitionproxy.script;

import java.util.Locale;
import org.partitionproxy.diagnostic.SourcePosition;

/**
 * One statement of a typed text.
 *
 * @param text from its first character, comments included, to its semicolon
 * @param line of the text in which it begins, from 1
 * @param before what stands before it in that line
 */
public record Statement(String text, int line, String before) {

  /**
   * Where a character of it is in the text that it was cut from.
   *
   * @param source what to call that text
   * @param position in the statement, from 1, in code points, as PostgreSQL reports it
   */
  public SourcePosition position(String source, int position) {
    int end = text.codePointCount(0, text.length());
    int offset = text.offsetByCodePoints(0, Math.min(position - 1, end));
    int lineStart = text.lastIndexOf('\n', offset - 1) + 1;
    int lineEnd = text.indexOf('\n', offset);
    String prefix = lineStart == 0 ? before : "";
    String shown =
        prefix + text.substring(lineStart, lineEnd < 0 ? text.length() : lineEnd).stripTrailing();
    int linesBefore = (int) text.substring(0, lineStart).chars().filter(c -> c == '\n').count();
    int column =
        prefix.codePointCount(0, prefix.length()) + text.codePointCount(lineStart, offset) + 1;
    return new SourcePosition(source, line + linesBefore, column, 1, shown);
  }

  /** The same without the comments before its first word. */
  public Statement withoutLeadingComments() {
    int start = text.length() - textAfterComments().length();
    if (start == 0 || start == text.length()) {
      return this;
    }
    int lineStart = text.lastIndexOf('\n', start - 1) + 1;
    int linesBefore = (int) text.substring(0, start).chars().filter(c -> c == '\n').count();
    String prefix = (linesBefore == 0 ? before : "") + text.substring(lineStart, start);
    return new Statement(text.substring(start), line + linesBefore, prefix);
  }

  /** Its first word in upper case, which is how the server names what it did; may be empty. */
  public String firstWord() {
    String rest = textAfterComments();
    int end = 0;
    while (end < rest.length() && Character.isLetter(rest.charAt(end))) {
      end++;
    }
    return rest.substring(0, end).toUpperCase(Locale.ROOT);
  }

  private String textAfterComments() {
    String rest = text;
    while (rest.startsWith("--") || rest.startsWith("/*")) {
      int end = rest.startsWith("--") ? rest.indexOf('\n') : rest.indexOf("*/") + 1;
      rest = end <= 0 ? "" : rest.substring(end + 1).stripLeading();
    }
    return rest;
  }
}
