package org.partitionproxy.migrate;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * One row of a tenant's history table.
 *
 * @param version empty for a repeatable migration
 * @param type in Flyway's words: {@code SQL}, {@code BASELINE}, {@code DELETE}
 * @param checksum of the file when it ran; empty where Flyway keeps none
 * @param success false for a migration that ran outside a transaction and failed half-way
 */
public record AppliedMigration(
    Optional<MigrationVersion> version,
    String description,
    String type,
    String script,
    OptionalInt checksum,
    boolean success) {}
