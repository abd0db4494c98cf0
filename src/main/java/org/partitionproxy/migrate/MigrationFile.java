package org.partitionproxy.migrate;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.CRC32;
import org.partitionproxy.diagnostic.SourcePosition;

/**
 * One file of the migrations' folder, as it was when the folder was read.
 *
 * @param version empty for a repeatable one, which runs again whenever it changed
 * @param description from its name, with spaces
 * @param script its path inside the folder, as the history tables hold it: {@code
 *     V1__create_authors_and_books.sql}
 * @param file as a person reads it in messages
 * @param text without a byte order mark
 * @param checksum as Flyway computes it: CRC-32 over the lines, whatever ends them
 * @param settings the text of Flyway's {@code V1__….sql.conf} beside it, if there is one
 */
public record MigrationFile(
    Optional<MigrationVersion> version,
    String description,
    String script,
    String file,
    String text,
    int checksum,
    Optional<String> settings) {

  public boolean isRepeatable() {
    return version.isEmpty();
  }

  static int checksumOf(String text) {
    CRC32 crc = new CRC32();
    text.lines().forEach(line -> crc.update(line.getBytes(StandardCharsets.UTF_8)));
    return (int) crc.getValue();
  }

  /**
   * The place of a character in one of its statements.
   *
   * @param line of the statement's beginning
   * @param pointer to the character, from 1, in code points
   */
  SourcePosition position(int line, String statement, int pointer) {
    int length = statement.codePointCount(0, statement.length());
    String before =
        statement.substring(0, statement.offsetByCodePoints(0, Math.min(pointer - 1, length)));
    int lines = (int) before.chars().filter(c -> c == '\n').count();
    int column = before.codePointCount(before.lastIndexOf('\n') + 1, before.length()) + 1;
    String found = text.lines().skip(line + lines - 1L).findFirst().orElse("");
    // A statement may begin in the middle of its first line.
    int indent = lines == 0 ? Math.max(found.indexOf(before), 0) : 0;
    return new SourcePosition(file, line + lines, column + indent, 1, found);
  }

  @Override
  public String toString() {
    return script;
  }
}
