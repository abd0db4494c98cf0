package org.partitionproxy.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.flywaydb.core.internal.resolver.ChecksumCalculator;
import org.flywaydb.core.internal.resource.StringResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.diagnostic.SourcePosition;

class MigrationFolderTest {

  @TempDir Path home;

  private Path file(String name) throws IOException {
    Path file = home.resolve("migrations").resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, "SELECT 1;\n");
  }

  private MigrationFolder read() {
    return MigrationFolder.read(home, Path.of("migrations"));
  }

  private List<Diagnostic> problems() {
    return catchThrowableOfType(PppException.class, this::read).diagnostics();
  }

  @Test
  void readsVersionsInTheirOrderAndRepeatableOnesLast() throws IOException {
    file("V10__add_isbn.sql");
    file("V9__b.sql");
    file("R__views.sql");
    file("later/V9.1__in_a_folder.sql");
    file("README.md");
    assertThat(read().files())
        .extracting(MigrationFile::script)
        .containsExactly(
            "V9__b.sql", "later/V9.1__in_a_folder.sql", "V10__add_isbn.sql", "R__views.sql");
    assertThat(read().files())
        .extracting(MigrationFile::description)
        .containsExactly("b", "in a folder", "add isbn", "views");
    assertThat(read().newest()).map(MigrationVersion::toString).contains("10");
  }

  @Test
  void namesEveryFileThatHasNoNameOfAMigration() throws IOException {
    file("V1_a.sql");
    file("v2__b.sql");
    file("V__c.sql");
    file("Vx__d.sql");
    file("schema.sql");
    file("V3__fine.sql");
    assertThat(problems())
        .allMatch(problem -> problem.code() == Code.MIGRATION_MISNAMED)
        .extracting(Diagnostic::summary)
        .containsExactly(
            "\"migrations/V1_a.sql\" has no name of a migration",
            "\"migrations/V__c.sql\" has no name of a migration",
            "\"migrations/Vx__d.sql\" has no name of a migration",
            "\"migrations/schema.sql\" has no name of a migration",
            "\"migrations/v2__b.sql\" has no name of a migration");
  }

  @Test
  void namesFilesOfOneVersion() throws IOException {
    file("V1__a.sql");
    file("V1.0__b.sql");
    file("R__x.sql");
    file("more/R__x.sql");
    assertThat(problems())
        .allMatch(problem -> problem.code() == Code.MIGRATION_REPEATED)
        .extracting(Diagnostic::summary)
        .containsExactly(
            "migrations \"migrations/V1.0__b.sql\" and \"migrations/V1__a.sql\" both have version"
                + " 1.0",
            "migrations \"migrations/R__x.sql\" and \"migrations/more/R__x.sql\" both have the"
                + " description \"x\"");
  }

  @Test
  void reportsAMissingFolderAndAFileThatIsNotUtf8() throws IOException {
    assertThat(problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.code()).isEqualTo(Code.MIGRATIONS_UNREADABLE);
              assertThat(problem.summary()).contains("\"migrations\"");
            });
    Files.write(file("V1__a.sql"), new byte[] {'-', '-', (byte) 0xE4});
    assertThat(problems())
        .extracting(Diagnostic::summary)
        .containsExactly("migration \"migrations/V1__a.sql\" is not UTF-8");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "SELECT 1;",
        "SELECT 1;\n",
        "SELECT 1;\r\nSELECT 2;\r\n",
        "SELECT 1;\rSELECT 2;",
        "\n\n  SELECT 'Gabriel García Márquez', '\uD83D\uDCD6';\n\n",
        "a\u0085b\u2028c\u000Bd"
      })
  void computesTheChecksumThatFlywayComputes(String text) {
    assertThat(MigrationFile.checksumOf(text))
        .isEqualTo(ChecksumCalculator.calculate(new StringResource(text)));
  }

  @Test
  void leavesAByteOrderMarkOutOfTextAndChecksum() throws IOException {
    Files.writeString(file("V1__a.sql"), "\uFEFFSELECT 1;");
    MigrationFile read = read().files().get(0);
    assertThat(read.text()).isEqualTo("SELECT 1;");
    assertThat(read.checksum())
        .isEqualTo(ChecksumCalculator.calculate(new StringResource("\uFEFFSELECT 1;")));
  }

  @Test
  void findsTheLineAndColumnThatTheServerPointsTo() throws IOException {
    Files.writeString(
        file("V1__a.sql"), "SELECT 1; SELECT\n  'é', y;\n\nSELECT\n  'é', y\nFROM x;\n");
    MigrationFile read = read().files().get(0);
    assertThat(read.position(4, "SELECT\n  'é', y\nFROM x", 15))
        .isEqualTo(new SourcePosition("migrations/V1__a.sql", 5, 8, 1, "  'é', y"));
    assertThat(read.position(1, "SELECT\n  'é', y", 15))
        .isEqualTo(new SourcePosition("migrations/V1__a.sql", 2, 8, 1, "  'é', y;"));
    assertThat(read.position(6, "FROM x", 1_000).line()).isEqualTo(6);
  }
}
