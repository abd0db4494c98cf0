package org.partitionproxy.migrate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How one tenant's history compares with the migrations' folder.
 *
 * @param current the highest version that is applied
 * @param pending what has to run, in order
 * @param failed half-done migrations: {@code success = false} in the history
 * @param changed files that are not what was applied under their version
 * @param outOfOrder pending files with a version below {@code current}; they are never run
 * @param missing applied versions below the newest file that have no file
 * @param ahead applied versions above the newest file: a newer checkout was here
 */
public record MigrationStatus(
    Optional<MigrationVersion> current,
    List<MigrationFile> pending,
    List<AppliedMigration> failed,
    List<MigrationFile> changed,
    List<MigrationFile> outOfOrder,
    List<AppliedMigration> missing,
    List<AppliedMigration> ahead) {

  /** Whether there is nothing to run and nothing wrong; being ahead is not wrong. */
  public boolean isUpToDate() {
    return pending.isEmpty() && !isBlocked();
  }

  /** Whether a person has to decide first; nothing may run until then. */
  public boolean isBlocked() {
    return !(failed.isEmpty() && changed.isEmpty() && outOfOrder.isEmpty() && missing.isEmpty());
  }

  /**
   * @param history in the order in which it was written
   */
  public static MigrationStatus of(MigrationFolder folder, List<AppliedMigration> history) {
    Effective applied = Effective.of(history);
    Optional<MigrationVersion> current = applied.current();
    Optional<MigrationVersion> newest = folder.newest();
    List<MigrationFile> pending = new ArrayList<>();
    List<MigrationFile> changed = new ArrayList<>();
    List<MigrationFile> outOfOrder = new ArrayList<>();
    for (MigrationFile file : folder.files()) {
      switch (applied.verdict(file, current)) {
        case APPLIED -> {}
        case PENDING -> pending.add(file);
        case CHANGED -> changed.add(file);
        case OUT_OF_ORDER -> outOfOrder.add(file);
      }
    }
    List<AppliedMigration> missing = new ArrayList<>();
    List<AppliedMigration> ahead = new ArrayList<>();
    applied.versions.forEach(
        (version, row) -> {
          if (newest.isEmpty() || version.compareTo(newest.get()) > 0) {
            ahead.add(row);
          } else if (folder.find(version).isEmpty()) {
            missing.add(row);
          }
        });
    return new MigrationStatus(
        current, pending, applied.failed(), changed, outOfOrder, missing, ahead);
  }

  private enum Verdict {
    APPLIED,
    PENDING,
    CHANGED,
    OUT_OF_ORDER
  }

  /** What a history amounts to, once its later rows have taken back earlier ones. */
  private static final class Effective {

    private final TreeMap<MigrationVersion, AppliedMigration> versions = new TreeMap<>();
    private final Map<String, AppliedMigration> repeatables = new LinkedHashMap<>();
    private Optional<MigrationVersion> baseline = Optional.empty();

    static Effective of(List<AppliedMigration> history) {
      Effective effective = new Effective();
      history.forEach(effective::add);
      return effective;
    }

    private void add(AppliedMigration row) {
      if (row.type().equals("SCHEMA")) {
        return;
      }
      if (row.type().equals("BASELINE")) {
        baseline = row.version();
        return;
      }
      boolean takenBack = row.type().equals("DELETE") || row.type().startsWith("UNDO");
      if (row.version().isPresent() && takenBack) {
        versions.remove(row.version().get());
      } else if (row.version().isPresent()) {
        versions.put(row.version().get(), row);
      } else if (takenBack) {
        repeatables.remove(row.description());
      } else {
        repeatables.put(row.description(), row);
      }
    }

    Optional<MigrationVersion> current() {
      List<MigrationVersion> candidates = new ArrayList<>();
      baseline.ifPresent(candidates::add);
      versions.forEach(
          (version, row) -> {
            if (row.success()) {
              candidates.add(version);
            }
          });
      return candidates.stream().max(MigrationVersion::compareTo);
    }

    List<AppliedMigration> failed() {
      List<AppliedMigration> rows = new ArrayList<>(versions.values());
      rows.addAll(repeatables.values());
      return rows.stream().filter(row -> !row.success()).toList();
    }

    Verdict verdict(MigrationFile file, Optional<MigrationVersion> current) {
      if (file.version().isEmpty()) {
        AppliedMigration row = repeatables.get(file.description());
        return row != null && sameChecksum(row, file) ? Verdict.APPLIED : Verdict.PENDING;
      }
      MigrationVersion version = file.version().get();
      if (baseline.isPresent() && version.compareTo(baseline.get()) <= 0) {
        return Verdict.APPLIED;
      }
      AppliedMigration row = versions.get(version);
      if (row != null) {
        return sameChecksum(row, file) ? Verdict.APPLIED : Verdict.CHANGED;
      }
      boolean late = current.isPresent() && version.compareTo(current.get()) < 0;
      return late ? Verdict.OUT_OF_ORDER : Verdict.PENDING;
    }

    private static boolean sameChecksum(AppliedMigration row, MigrationFile file) {
      return row.checksum().isEmpty() || row.checksum().getAsInt() == file.checksum();
    }
  }
}
