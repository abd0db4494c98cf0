package org.partitionproxy.migrate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.flywaydb.core.api.MigrationInfo;

/**
 * The scripts that Flyway ran in this run, for whichever tenants came first. All others get the
 * same statements, without Flyway's work and its forty statements around them, which cost as much
 * as the tables of a small tenant. Used by many threads.
 */
final class ParsedScripts {

  /** What needs more than to be sent, or would end the script's transaction. */
  private static final Pattern NOT_PLAIN =
      Pattern.compile(
          "(\\s|--[^\\n]*+\\n|/\\*.*?\\*/)*+"
              + "(COPY|COMMIT|END|ABORT|ROLLBACK|PREPARE\\s+TRANSACTION)\\b.*",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  private final Map<String, ParsedScript> scripts = new ConcurrentHashMap<>();

  /** A script that went well in one transaction. */
  void add(MigrationInfo info, List<String> statements) {
    if (statements.stream().anyMatch(s -> NOT_PLAIN.matcher(s).matches())) {
      return;
    }
    Integer checksum = info.getChecksum();
    scripts.put(
        info.getScript(),
        new ParsedScript(
            Optional.ofNullable(info.getVersion()).map(Object::toString),
            info.getDescription(),
            info.getType().name(),
            info.getScript(),
            checksum == null ? OptionalInt.empty() : OptionalInt.of(checksum),
            statements));
  }

  /** All of these, in their order; empty if one of them is not known. */
  Optional<List<ParsedScript>> find(List<MigrationFile> files) {
    List<ParsedScript> found = new ArrayList<>();
    for (MigrationFile file : files) {
      ParsedScript script = scripts.get(file.script());
      // A script with settings of its own may mean something else in each schema.
      if (script == null || file.settings().isPresent()) {
        return Optional.empty();
      }
      found.add(script);
    }
    return Optional.of(found);
  }
}
