package org.partitionproxy.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class MigrationStatusTest {

  private static MigrationFile file(String script) {
    boolean repeatable = script.startsWith("R");
    String version = script.substring(1, script.indexOf("__"));
    return new MigrationFile(
        repeatable ? Optional.empty() : MigrationVersion.parse(version),
        script.substring(script.indexOf("__") + 2, script.lastIndexOf('.')),
        script,
        "migrations/" + script,
        "",
        script.hashCode(),
        Optional.empty());
  }

  private static AppliedMigration row(String script, String type, boolean success) {
    MigrationFile file = file(script);
    return new AppliedMigration(
        file.version(), file.description(), type, script, OptionalInt.of(file.checksum()), success);
  }

  private static AppliedMigration applied(String script) {
    return row(script, "SQL", true);
  }

  private static MigrationStatus status(List<String> files, AppliedMigration... history) {
    return MigrationStatus.of(
        new MigrationFolder(
            Path.of("migrations"), files.stream().map(MigrationStatusTest::file).toList()),
        Arrays.asList(history));
  }

  private static AppliedMigration otherContent(AppliedMigration row) {
    return new AppliedMigration(
        row.version(), row.description(), row.type(), row.script(), OptionalInt.of(7), true);
  }

  @Test
  void everythingIsPendingWithoutAHistory() {
    MigrationStatus status = status(List.of("V1__a.sql", "V2__b.sql", "R__v.sql"));
    assertThat(status.pending()).hasToString("[V1__a.sql, V2__b.sql, R__v.sql]");
    assertThat(status.isUpToDate()).isFalse();
    assertThat(status.isBlocked()).isFalse();
    assertThat(status.current()).isEmpty();
  }

  @Test
  void isUpToDateWhenAllIsApplied() {
    MigrationStatus status =
        status(List.of("V1__a.sql", "R__v.sql"), applied("V1__a.sql"), applied("R__v.sql"));
    assertThat(status.isUpToDate()).isTrue();
    assertThat(status.current()).map(MigrationVersion::toString).contains("1");
  }

  @Test
  void aRepeatableOneIsPendingAgainOnceItChanged() {
    MigrationStatus status =
        status(
            List.of("R__v.sql", "R__w.sql"),
            applied("R__v.sql"),
            otherContent(applied("R__v.sql")),
            otherContent(applied("R__w.sql")),
            applied("R__w.sql"));
    assertThat(status.pending()).hasToString("[R__v.sql]");
  }

  @Test
  void aVersionedOneThatChangedBlocks() {
    MigrationStatus status =
        status(List.of("V1__a.sql", "V2__b.sql"), otherContent(applied("V1__a.sql")));
    assertThat(status.changed()).hasToString("[V1__a.sql]");
    assertThat(status.isBlocked()).isTrue();
  }

  @Test
  void aHalfDoneOneBlocks() {
    MigrationStatus status = status(List.of("V1__a.sql"), row("V1__a.sql", "SQL", false));
    assertThat(status.failed()).hasSize(1);
    assertThat(status.isBlocked()).isTrue();
    assertThat(status.current()).isEmpty();
  }

  @Test
  void aNumberBelowWhatIsAppliedBlocks() {
    MigrationStatus status = status(List.of("V1__a.sql", "V2__b.sql"), applied("V2__b.sql"));
    assertThat(status.outOfOrder()).hasToString("[V1__a.sql]");
    assertThat(status.pending()).isEmpty();
    assertThat(status.isBlocked()).isTrue();
  }

  @Test
  void aFileThatIsGoneBlocksUnlessANewerCheckoutWasHere() {
    MigrationStatus gone = status(List.of("V2__b.sql"), applied("V1__a.sql"), applied("V2__b.sql"));
    assertThat(gone.missing()).extracting(AppliedMigration::script).containsExactly("V1__a.sql");
    assertThat(gone.isBlocked()).isTrue();

    MigrationStatus ahead =
        status(List.of("V1__a.sql"), applied("V1__a.sql"), applied("V2__b.sql"));
    assertThat(ahead.ahead()).extracting(AppliedMigration::script).containsExactly("V2__b.sql");
    assertThat(ahead.isUpToDate()).isTrue();
  }

  @Test
  void whatABaselineCoversIsApplied() {
    MigrationStatus status =
        status(
            List.of("V1__a.sql", "V2__b.sql", "V3__c.sql"),
            row("V2__<<_Flyway_Baseline_>>.sql", "BASELINE", true));
    assertThat(status.pending()).hasToString("[V3__c.sql]");
    assertThat(status.isBlocked()).isFalse();
    assertThat(status.current()).map(MigrationVersion::toString).contains("2");
  }

  @Test
  void laterRowsTakeBackEarlierOnes() {
    MigrationStatus deleted =
        status(List.of("V2__b.sql"), applied("V1__a.sql"), row("V1__a.sql", "DELETE", true));
    assertThat(deleted.missing()).isEmpty();
    assertThat(deleted.pending()).hasToString("[V2__b.sql]");

    MigrationStatus undone =
        status(List.of("V1__a.sql"), applied("V1__a.sql"), row("V1__a.sql", "UNDO_SQL", true));
    assertThat(undone.pending()).hasToString("[V1__a.sql]");
  }
}
