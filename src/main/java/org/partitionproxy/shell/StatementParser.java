package org.partitionproxy.shell;

import java.util.List;
import org.jline.reader.EOFError;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;
import org.partitionproxy.script.StatementSplitter;

/** Tells the line reader whether what is typed is complete; if not, it asks for another line. */
final class StatementParser implements Parser {

  /** The whole text as one word: nothing is completed, so words do not matter. */
  private record WholeText(String line, int cursor) implements ParsedLine {

    @Override
    public String word() {
      return line;
    }

    @Override
    public int wordCursor() {
      return cursor;
    }

    @Override
    public int wordIndex() {
      return 0;
    }

    @Override
    public List<String> words() {
      return List.of(line);
    }
  }

  @Override
  public ParsedLine parse(String text, int cursor, ParseContext context) {
    if (context == ParseContext.ACCEPT_LINE && !MetaCommands.isOne(text)) {
      StatementSplitter splitter = new StatementSplitter();
      text.lines().forEach(splitter::append);
      if (splitter.isPending()) {
        throw new EOFError(-1, cursor, "the statement goes on");
      }
    }
    return new WholeText(text, cursor);
  }
}
