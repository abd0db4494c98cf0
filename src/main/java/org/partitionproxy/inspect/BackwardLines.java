package org.partitionproxy.inspect;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;

/**
 * The lines of a log file from its end to its start, read by blocks, so that the newest lines of a
 * big file cost little.
 */
final class BackwardLines {

  private final LogFiles files;
  private final LogFile file;
  private final int blockBytes;
  private final Deque<byte[]> lines = new ArrayDeque<>();

  /** The later parts of the line whose start is not read yet, first part first. */
  private final Deque<byte[]> rest = new ArrayDeque<>();

  private long restBytes;
  private long unread;
  private boolean atEnd = true;
  private long end;
  private long tooLong;

  BackwardLines(LogFiles files, LogFile file, int blockBytes) {
    this.files = files;
    this.file = file;
    this.blockBytes = blockBytes;
    this.unread = file.sizeBytes();
    this.end = file.sizeBytes();
  }

  /** The line before the last one given; empty at the start of the file, or if the file is gone. */
  Optional<byte[]> next() {
    while (lines.isEmpty() && unread > 0) {
      readBlock();
    }
    return Optional.ofNullable(lines.poll());
  }

  /** Where the last complete line ends, known after {@link #next()}. */
  long end() {
    return end;
  }

  long tooLong() {
    return tooLong;
  }

  private void readBlock() {
    int length = (int) Math.min(blockBytes, unread);
    byte[] block = files.read(file.name(), unread - length, length).orElse(new byte[0]);
    if (block.length < length) {
      // Truncated or removed since it was listed: what was in it is gone.
      unread = 0;
      return;
    }
    unread -= length;
    int lineEnd = length;
    for (int i = length - 1; i >= 0; i--) {
      if (block[i] == '\n') {
        push(Arrays.copyOfRange(block, i + 1, lineEnd));
        if (atEnd) {
          skipCutLine();
        } else {
          finish();
        }
        lineEnd = i;
      }
    }
    push(Arrays.copyOfRange(block, 0, lineEnd));
    if (unread == 0 && atEnd) {
      skipCutLine();
    } else if (unread == 0) {
      finish();
    }
  }

  private void push(byte[] part) {
    restBytes += part.length;
    if (restBytes <= LineBuffer.LONGEST_LINE) {
      rest.addFirst(part);
    } else {
      rest.clear();
    }
  }

  /** After the last line feed stands a line that is still being written, or nothing. */
  private void skipCutLine() {
    end = file.sizeBytes() - restBytes;
    atEnd = false;
    forget();
  }

  private void finish() {
    if (restBytes > LineBuffer.LONGEST_LINE) {
      tooLong++;
    } else {
      ByteArrayOutputStream line = new ByteArrayOutputStream((int) restBytes);
      rest.forEach(line::writeBytes);
      lines.add(line.toByteArray());
    }
    forget();
  }

  private void forget() {
    rest.clear();
    restBytes = 0;
  }
}
