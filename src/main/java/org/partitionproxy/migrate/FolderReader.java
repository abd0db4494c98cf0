package org.partitionproxy.migrate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;

/** Reads the migrations' folder, and reports all that is wrong with it at once. */
final class FolderReader {

  private static final String BYTE_ORDER_MARK = "\uFEFF";

  /** Flyway's names, and nothing that it would leave out in silence. */
  private static final Pattern NAME = Pattern.compile("(?:V(?<version>.+?)|R)__(?<what>.+)\\.sql");

  private static final Comparator<MigrationFile> ORDER =
      Comparator.comparing(MigrationFile::isRepeatable)
          .thenComparing(
              f -> f.version().orElseGet(() -> MigrationVersion.parse("0").orElseThrow()))
          .thenComparing(MigrationFile::description);

  private final Path path;
  private final Path folder;
  private final List<Diagnostic> problems = new ArrayList<>();

  FolderReader(Path home, Path path) {
    this.path = path;
    this.folder = home.resolve(path);
  }

  MigrationFolder read() {
    List<MigrationFile> files = new ArrayList<>();
    for (Path file : list()) {
      readFile(file).ifPresent(files::add);
    }
    reportRepeated(files);
    if (!problems.isEmpty()) {
      throw new PppException(problems);
    }
    files.sort(ORDER);
    return new MigrationFolder(path, files);
  }

  private List<Path> list() {
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths
          .filter(p -> p.toString().endsWith(".sql") && Files.isRegularFile(p))
          .sorted()
          .toList();
    } catch (IOException | UncheckedIOException e) {
      throw new PppException(
          Diagnostic.error(
              Code.MIGRATIONS_UNREADABLE,
              "cannot read the folder of the migrations \"" + path + "\"",
              "Make it, or correct `migrations:` in shards.yaml; `migrations: none` is for schemas"
                  + " that something else migrates."),
          e);
    }
  }

  private Optional<MigrationFile> readFile(Path file) {
    String script = folder.relativize(file).toString().replace('\\', '/');
    Matcher name = NAME.matcher(String.valueOf(file.getFileName()));
    if (!name.matches()) {
      reportMisnamed(script);
      return Optional.empty();
    }
    Optional<MigrationVersion> version =
        Optional.ofNullable(name.group("version")).flatMap(MigrationVersion::parse);
    if (version.isEmpty() && name.group("version") != null) {
      reportMisnamed(script);
      return Optional.empty();
    }
    Path conf = file.resolveSibling(file.getFileName() + ".conf");
    Optional<String> settings = Files.isRegularFile(conf) ? text(conf) : Optional.empty();
    return text(file)
        .map(
            text ->
                new MigrationFile(
                    version,
                    name.group("what").replace('_', ' '),
                    script,
                    path.resolve(script).toString(),
                    text,
                    MigrationFile.checksumOf(text),
                    settings));
  }

  private Optional<String> text(Path file) {
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
              .toString();
      return Optional.of(text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text);
    } catch (CharacterCodingException e) {
      problems.add(
          Diagnostic.error(
              Code.MIGRATIONS_UNREADABLE,
              "migration \"" + path.resolve(folder.relativize(file)) + "\" is not UTF-8",
              "Save it in UTF-8."));
    } catch (IOException e) {
      problems.add(
          Diagnostic.error(
              Code.MIGRATIONS_UNREADABLE,
              "cannot read migration \"" + path.resolve(folder.relativize(file)) + "\"",
              "ppp needs the right to read every file of that folder."));
    }
    return Optional.empty();
  }

  private void reportMisnamed(String script) {
    problems.add(
        Diagnostic.error(
            Code.MIGRATION_MISNAMED,
            "\"" + path.resolve(script) + "\" has no name of a migration",
            "Call it like V7__add_isbn.sql, with a number and two underscores, or like"
                + " R__views.sql if it runs again whenever it changes; keep other SQL elsewhere."));
  }

  private void reportRepeated(List<MigrationFile> files) {
    Map<String, List<MigrationFile>> byDescription = new TreeMap<>();
    Map<MigrationVersion, List<MigrationFile>> byVersion = new TreeMap<>();
    for (MigrationFile file : files) {
      file.version()
          .ifPresentOrElse(
              v -> byVersion.computeIfAbsent(v, k -> new ArrayList<>()).add(file),
              () ->
                  byDescription
                      .computeIfAbsent(file.description(), k -> new ArrayList<>())
                      .add(file));
    }
    byVersion.forEach((version, same) -> reportIfMany("version " + version, same));
    byDescription.forEach((what, same) -> reportIfMany("the description \"" + what + "\"", same));
  }

  private void reportIfMany(String what, List<MigrationFile> same) {
    if (same.size() > 1) {
      problems.add(
          Diagnostic.error(
              Code.MIGRATION_REPEATED,
              "migrations "
                  + same.stream()
                      .map(f -> "\"" + f.file() + "\"")
                      .collect(Collectors.joining(" and "))
                  + " both have "
                  + what,
              "Give the newer one a number of its own, above all that were applied anywhere."));
    }
  }
}
