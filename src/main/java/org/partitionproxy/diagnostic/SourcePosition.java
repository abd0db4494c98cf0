package org.partitionproxy.diagnostic;

/**
 * A place in a text file.
 *
 * @param file as the user named it
 * @param line from 1
 * @param column from 1, in code points
 * @param length of what is meant, in code points, at least 1
 * @param text the whole line, without its end
 */
public record SourcePosition(String file, int line, int column, int length, String text) {

  public SourcePosition {
    if (line < 1 || column < 1 || length < 1) {
      throw new IllegalArgumentException("line, column and length count from 1");
    }
  }

  /** The same, where the line must not be shown. */
  public SourcePosition withoutText() {
    return new SourcePosition(file, line, column, length, "");
  }

  /** {@code shards.yaml:42:11} */
  @Override
  public String toString() {
    return file + ":" + line + ":" + column;
  }
}
