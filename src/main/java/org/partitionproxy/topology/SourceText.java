package org.partitionproxy.topology;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.diagnostic.SourcePosition;

/**
 * The text of shards.yaml up to the first byte that is no text, and its lines as messages show
 * them: with what may be a password hidden.
 */
final class SourceText {

  /** Why the text ends before the file does. */
  enum Cut {
    NOT_UTF8,
    CONTROL_CHARACTER
  }

  private final String file;
  private final String text;
  private final Optional<Cut> cut;
  private final char[] shown;
  private final int[] lineStarts;

  private SourceText(String file, String text, Optional<Cut> cut) {
    this.file = file;
    this.text = text;
    this.cut = cut;
    this.shown = text.toCharArray();
    this.lineStarts = lineStarts(text);
  }

  /**
   * @throws PppException if there is no such file, or it cannot be read
   */
  static SourceText read(Path file) {
    try {
      return of(file.toString(), Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      throw new PppException(
          Diagnostic.error(
              Code.CONFIGURATION_FILE_MISSING,
              "there is no file \"" + file + "\"",
              "Run ppp in the folder that holds shards.yaml, or say where it is with --config."),
          e);
    } catch (IOException e) {
      throw new PppException(
          Diagnostic.error(
              Code.CONFIGURATION_FILE_UNREADABLE,
              "cannot read \"" + file + "\": " + reason(file, e),
              "Give the path of a file that you may read."),
          e);
    }
  }

  private static String reason(Path file, IOException e) {
    return Files.isDirectory(file) ? "it is a folder" : e.getClass().getSimpleName();
  }

  static SourceText of(String file, byte[] bytes) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    CharBuffer decoded = CharBuffer.allocate(bytes.length);
    boolean bad = decoder.decode(ByteBuffer.wrap(bytes), decoded, true).isError();
    decoded.flip();
    // A byte order mark belongs to the encoding, not to the first line.
    int start = decoded.length() > 0 && decoded.charAt(0) == '\uFEFF' ? 1 : 0;
    String text = decoded.subSequence(start, decoded.length()).toString();
    int end = endOfText(text);
    if (end < text.length()) {
      return new SourceText(file, text.substring(0, end), Optional.of(Cut.CONTROL_CHARACTER));
    }
    return new SourceText(file, text, bad ? Optional.of(Cut.NOT_UTF8) : Optional.empty());
  }

  /** The index of the first character that YAML 1.2, 5.1 does not allow. */
  private static int endOfText(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean printable =
          c >= ' ' ? c < '\u007F' || c >= '\u00A0' : c == '\n' || c == '\t' || c == '\r';
      if ((!printable && c != '\u0085') || c == '\uFFFE' || c == '\uFFFF') {
        return i;
      }
    }
    return text.length();
  }

  private static int[] lineStarts(String text) {
    int[] starts = new int[16];
    int count = 1;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean ends = c == '\n' || (c == '\r' && !text.startsWith("\n", i + 1));
      if (ends) {
        starts = count == starts.length ? Arrays.copyOf(starts, count * 2) : starts;
        starts[count++] = i + 1;
      }
    }
    return Arrays.copyOf(starts, count);
  }

  String text() {
    return text;
  }

  Optional<Cut> cut() {
    return cut;
  }

  /** The place after the last character. */
  Place end() {
    int line = lineStarts.length;
    int start = lineStarts[line - 1];
    return new Place(line, text.codePointCount(start, text.length()) + 1, 1);
  }

  /** The index of a place in the text; the text's length for a place behind its end. */
  int index(int line, int column) {
    if (line > lineStarts.length) {
      return text.length();
    }
    int start = lineStarts[line - 1];
    int end = line < lineStarts.length ? lineStarts[line] : text.length();
    return text.offsetByCodePoints(start, Math.min(column - 1, text.codePointCount(start, end)));
  }

  /** A line without its end; empty behind the last one. */
  String line(int number) {
    return line(number, text);
  }

  private String line(int number, CharSequence of) {
    if (number > lineStarts.length) {
      return "";
    }
    int start = lineStarts[number - 1];
    int end = number < lineStarts.length ? lineStarts[number] : text.length();
    while (end > start && (text.charAt(end - 1) == '\n' || text.charAt(end - 1) == '\r')) {
      end--;
    }
    return of.subSequence(start, end).toString();
  }

  /** Shows this part of the text as asterisks in every message; columns stay what they are. */
  void hide(int from, int to) {
    for (int i = from; i < to; i++) {
      if (!Character.isWhitespace(shown[i])) {
        shown[i] = '*';
      }
    }
  }

  /**
   * Where a message points to.
   *
   * @param line the place's line as {@link #shownLine} gives it
   */
  SourcePosition position(Place place, String line) {
    int rest = line.codePointCount(0, line.length()) - place.column() + 1;
    int length = Math.max(1, Math.min(place.length(), rest));
    return new SourcePosition(file, place.line(), place.column(), length, line);
  }

  /** A line without its end, and without what is hidden. */
  String shownLine(int number) {
    return line(number, CharBuffer.wrap(shown));
  }
}
