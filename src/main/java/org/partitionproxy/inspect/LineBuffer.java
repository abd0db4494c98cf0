package org.partitionproxy.inspect;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Cuts a stream of bytes into lines, whatever the pieces it comes in: the start of a line that is
 * not there wholly waits for its rest. It works on bytes, where a line feed is never a part of
 * another character, so a piece may end inside one.
 */
final class LineBuffer {

  /** In bytes; a longer line is left out, and counted. */
  static final int LONGEST_LINE = 16 << 20;

  private final ByteArrayOutputStream start = new ByteArrayOutputStream();
  private final int longest;
  private boolean skipping;
  private long tooLong;

  LineBuffer() {
    this(LONGEST_LINE);
  }

  LineBuffer(int longest) {
    this.longest = longest;
  }

  /**
   * @param lines given each line that is now complete, without its end
   */
  void append(byte[] piece, int from, Consumer<byte[]> lines) {
    int begin = from;
    for (int i = from; i < piece.length; i++) {
      if (piece[i] == '\n') {
        finish(piece, begin, i, lines);
        begin = i + 1;
      }
    }
    keep(piece, begin, piece.length);
  }

  private void finish(byte[] piece, int begin, int end, Consumer<byte[]> lines) {
    if (start.size() == 0 && !skipping && end - begin <= longest) {
      lines.accept(Arrays.copyOfRange(piece, begin, end));
      return;
    }
    keep(piece, begin, end);
    if (!skipping) {
      lines.accept(start.toByteArray());
    }
    start.reset();
    skipping = false;
  }

  private void keep(byte[] piece, int begin, int end) {
    if (skipping) {
      return;
    }
    if (start.size() + (end - begin) > longest) {
      start.reset();
      skipping = true;
      tooLong++;
      return;
    }
    start.write(piece, begin, end - begin);
  }

  /** Takes the start of a line whose rest will never come. */
  Optional<byte[]> drain() {
    Optional<byte[]> rest = start.size() == 0 ? Optional.empty() : Optional.of(start.toByteArray());
    start.reset();
    skipping = false;
    return rest;
  }

  /** Lines left out so far because of their length. */
  long tooLong() {
    return tooLong;
  }
}
