package org.partitionproxy.script;

/**
 * Remembers whether the next string goes on the one before it: strings with nothing but white space
 * and a line's end between them are one, and a part of {@code E'…'} has its escapes too.
 *
 * @see <a
 *     href="https://www.postgresql.org/docs/18/sql-syntax-lexical.html#SQL-SYNTAX-STRINGS">PostgreSQL,
 *     4.1.2.1 String Constants</a>
 */
final class StringContinuation {

  private boolean escapes;
  private boolean lineEnded;

  void closed(boolean withEscapes) {
    escapes = withEscapes;
    lineEnded = false;
  }

  void lineEnd() {
    lineEnded = true;
  }

  void clear() {
    escapes = false;
  }

  /** Whether a string that begins here has escapes by this rule; asking forgets it. */
  boolean take() {
    boolean goesOn = escapes && lineEnded;
    escapes = false;
    return goesOn;
  }
}
