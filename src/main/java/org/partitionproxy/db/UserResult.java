package org.partitionproxy.db;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** What came of SQL that a person typed, in the order in which the server told it. */
public sealed interface UserResult {

  /** A result with columns, all of it in memory; values in PostgreSQL's text form. */
  record Rows(List<Column> columns, List<List<Optional<String>>> rows) implements UserResult {}

  /**
   * @param number whether its values are numbers, which psql aligns to the right
   */
  record Column(String name, boolean number) {}

  /** A statement without a result, and how many rows it changed. */
  record Done(long rows) implements UserResult {}

  /**
   * Something that the server said beside the result.
   *
   * @param severity {@code NOTICE}, {@code WARNING}, as the server's language has it
   */
  record Notice(String severity, String message, Optional<String> hint) implements UserResult {}

  /**
   * The server refused a statement; those of the same text before it are undone too, unless the
   * text itself committed them.
   *
   * @param position where in the text, from 1, in code points
   */
  record Refused(
      String sqlState,
      String message,
      Optional<String> detail,
      Optional<String> hint,
      OptionalInt position)
      implements UserResult {}
}
