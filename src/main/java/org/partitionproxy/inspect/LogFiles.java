package org.partitionproxy.inspect;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.partitionproxy.db.Session;

/** The log files of one server, through the functions of {@code log_functions.sql}. */
final class LogFiles {

  /** Of one read, in bytes; the functions give up to 8 MiB. */
  static final int BLOCK = 1 << 20;

  private static final String LIST =
      """
      SELECT f.name, f.size, f.modification, f.head,
             f.name IS NOT DISTINCT FROM c.name AS current
      FROM (SELECT ppp.log_current() AS name OFFSET 0) AS c
      CROSS JOIN ppp.log_files() AS f
      ORDER BY current, f.modification, f.name""";

  private static final String READ = "SELECT ppp.log_read(?, ?, ?) AS bytes";

  // The current file is asked first: if it is another one by then, this one is complete.
  private static final String GROWTH =
      """
      SELECT ppp.log_current() AS current,
             ppp.log_read(?, 0, 256) AS head,
             ppp.log_read(?, ?, ?) AS bytes""";

  private final Session session;

  LogFiles(Session session) {
    this.session = session;
  }

  /** Oldest first; the one that is written to comes last. */
  List<LogFile> list() {
    return session.query(
        LIST,
        row ->
            new LogFile(
                row.string("name"),
                row.number("size"),
                row.instant("modification"),
                row.findBytes("head").map(LogFiles::characters).orElse(""),
                row.bool("current")));
  }

  /** Shorter than asked for at the file's end; empty if the file is gone. */
  Optional<byte[]> read(String file, long offset, int length) {
    return session
        .queryOne(READ, row -> row.findBytes("bytes"), file, offset, length)
        .flatMap(bytes -> bytes);
  }

  /**
   * What a file that is being followed looks like now.
   *
   * @param current the file that the server writes to, if it writes one
   * @param head the first bytes; empty if the file is gone
   * @param bytes from the offset on
   */
  record Growth(Optional<String> current, Optional<String> head, ByteBuffer bytes) {}

  Growth growth(String file, long offset) {
    return session
        .queryOne(
            GROWTH,
            row ->
                new Growth(
                    row.findString("current"),
                    row.findBytes("head").map(LogFiles::characters),
                    ByteBuffer.wrap(row.findBytes("bytes").orElse(new byte[0]))),
            file,
            file,
            offset,
            BLOCK)
        .orElseThrow();
  }

  /** One for each byte, whatever they mean. */
  private static String characters(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
