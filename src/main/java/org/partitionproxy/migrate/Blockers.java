package org.partitionproxy.migrate;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.topology.Tenant;

/** Tells why a tenant's migrations must not run before a person has decided. */
final class Blockers {

  private Blockers() {}

  static FailedTenant schemaMissing(Tenant tenant) {
    return failed(
        tenant,
        Code.SCHEMA_MISSING,
        "schema \"" + tenant.schema() + "\" does not exist on shard \"" + tenant.shard() + "\"",
        "`ppp initialize` makes it.");
  }

  /** The first reason; the others show once it is gone. */
  static FailedTenant of(Tenant tenant, MigrationStatus status) {
    if (!status.failed().isEmpty()) {
      AppliedMigration half = status.failed().get(0);
      return failed(
          tenant,
          Code.MIGRATION_HALF_DONE,
          "\"" + half.script() + "\" failed half-way in an earlier run",
          HalfDone.hint(
              tenant, new HistoryTable(tenant.schema()).forgetting(half.script()), List.of()));
    }
    if (!status.changed().isEmpty()) {
      return failed(
          tenant,
          Code.MIGRATION_CHANGED,
          files(status.changed()) + " changed after it was applied",
          "Put the file back as it was, and write what is new into a migration of its own.");
    }
    if (!status.missing().isEmpty()) {
      return failed(
          tenant,
          Code.MIGRATION_FILE_GONE,
          "applied but without a file: "
              + status.missing().stream()
                  .map(row -> "\"" + row.script() + "\"")
                  .collect(Collectors.joining(", ")),
          "Put the file back: the migrations after it may build on it.");
    }
    return failed(
        tenant,
        Code.MIGRATION_OUT_OF_ORDER,
        files(status.outOfOrder())
            + " came after version "
            + status.current().map(MigrationVersion::toString).orElse("")
            + " was applied",
        "Give it a number above all that were applied.");
  }

  private static String files(List<MigrationFile> files) {
    return files.stream().map(file -> "\"" + file.file() + "\"").collect(Collectors.joining(", "));
  }

  private static FailedTenant failed(Tenant tenant, Code code, String message, String hint) {
    return new FailedTenant(
        tenant,
        List.of(),
        code,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        message,
        hint);
  }
}
