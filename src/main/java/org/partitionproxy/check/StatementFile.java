package org.partitionproxy.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.script.Statement;
import org.partitionproxy.script.StatementSplitter;

/**
 * The statements of a file. psql's own commands (lines that begin with a backslash) are left out,
 * and so are rows that follow a COPY, up to {@code \.}: where a statement ends has to be known
 * before a server can be asked what it is.
 */
public final class StatementFile {

  private static final Pattern COPY_FROM_HERE = Pattern.compile("(?is).*\\bFROM\\s+STDIN\\b[^']*;");

  private static final String END_OF_ROWS = "\\.";

  private StatementFile() {}

  /**
   * @throws PppException if the file can't be read, or is not text in UTF-8
   */
  public static List<AskedStatement> read(Path file) {
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
              .toString();
      return statements(text).stream()
          .map(Statement::withoutLeadingComments)
          .map(s -> new AskedStatement(file.toString(), s, Optional.empty()))
          .toList();
    } catch (CharacterCodingException e) {
      throw unreadable(file, "it is not text in UTF-8");
    } catch (IOException e) {
      throw unreadable(file, reason(file, e));
    }
  }

  private static String reason(Path file, IOException e) {
    if (!Files.exists(file)) {
      return "there is no such file";
    }
    return Files.isDirectory(file) ? "it is a folder" : String.valueOf(e.getMessage());
  }

  private static PppException unreadable(Path file, String reason) {
    return new PppException(
        Diagnostic.error(
            Code.STATEMENTS_UNREADABLE,
            "\"" + file + "\" cannot be read: " + reason,
            "--file is a text with the statements of an application, each ended by a semicolon."));
  }

  static List<Statement> statements(String text) {
    List<String> lines = text.lines().toList();
    StatementSplitter splitter = new StatementSplitter();
    List<Statement> statements = new ArrayList<>();
    int skipUntil = 0;
    for (int i = 0; i < lines.size(); i++) {
      boolean meta = !splitter.isPending() && lines.get(i).stripLeading().startsWith("\\");
      splitter.append(i < skipUntil || meta ? "" : lines.get(i));
      List<Statement> complete = splitter.take();
      statements.addAll(complete);
      if (!complete.isEmpty() && hasRows(complete.get(complete.size() - 1))) {
        int end = lines.subList(i + 1, lines.size()).indexOf(END_OF_ROWS);
        skipUntil = end < 0 ? skipUntil : i + 2 + end;
      }
    }
    statements.addAll(splitter.rest());
    return statements;
  }

  private static boolean hasRows(Statement statement) {
    return statement.firstWord().equals("COPY")
        && COPY_FROM_HERE.matcher(statement.text()).matches();
  }
}
