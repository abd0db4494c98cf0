package org.partitionproxy.migrate;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A script as Flyway took it apart and ran it in one transaction, with what its row in the history
 * says.
 *
 * @param version empty for a repeatable one
 */
record ParsedScript(
    Optional<String> version,
    String description,
    String type,
    String script,
    OptionalInt checksum,
    List<String> statements) {

  ParsedScript {
    statements = List.copyOf(statements);
  }
}
