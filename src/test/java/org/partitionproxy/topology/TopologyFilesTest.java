package org.partitionproxy.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.partitionproxy.console.DiagnosticView;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.ExitCode;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.testing.GoldenFile;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * Holds the reader and the JSON Schema, by which editors complete and check, to the same verdict on
 * a folder of files. {@code invalid/reader-only} has those whose fault a schema cannot see; each
 * invalid file's messages are in its {@code .expected}.
 */
class TopologyFilesTest {

  private static final Path FOLDER = Path.of("src/test/resources/topology");
  private static final Path SCHEMA = Path.of("schema/shards.schema.json");

  /** What the files refer to. */
  private static final TreeMap<String, String> ENVIRONMENT = new TreeMap<>();

  static {
    ENVIRONMENT.put("PG_USER", "operator");
    ENVIRONMENT.put("PG_PASSWORD", "s3cret");
    ENVIRONMENT.put("SHARD_HOST", "db1.internal");
    ENVIRONMENT.put("SHARD_PORT", "6432");
    ENVIRONMENT.put("SSL_MODE", "require");
    ENVIRONMENT.put("EMPTY", "");
    ENVIRONMENT.put("TWO_LINES", "one\ntwo");
  }

  @ParameterizedTest
  @MethodSource("validFiles")
  void readerAndSchemaAcceptAValidFile(Path file) throws IOException {
    assertThatCode(() -> TopologyReader.read(file, ENVIRONMENT)).doesNotThrowAnyException();
    assertThat(schemaErrors(file)).hasValue(List.of());
  }

  @ParameterizedTest
  @MethodSource("invalidFiles")
  void readerAndSchemaRefuseAnInvalidFile(Path file) throws IOException {
    assertRefused(file);
    assertThat(schemaErrors(file).orElseThrow()).isNotEmpty();
  }

  @ParameterizedTest
  @MethodSource("filesForTheReaderOnly")
  void readerRefusesWhatASchemaCannotSee(Path file) throws IOException {
    assertRefused(file);
    assertThat(schemaErrors(file).orElse(List.of()))
        .as("the schema sees it too: move the file to %s", FOLDER.resolve("invalid"))
        .isEmpty();
  }

  @Test
  void everyExpectedFileHasItsYaml() throws IOException {
    try (Stream<Path> files = Files.walk(FOLDER)) {
      assertThat(files.filter(f -> f.toString().endsWith(".expected")))
          .isNotEmpty()
          .allSatisfy(f -> assertThat(yamlOf(f)).exists());
    }
  }

  private static Path yamlOf(Path expected) {
    return Path.of(expected.toString().replaceFirst("expected$", "yaml"));
  }

  @Test
  void schemaItselfFollowsTheStandard() throws IOException {
    Schema standard =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(
                com.networknt.schema.SchemaLocation.of(
                    "https://json-schema.org/draft/2020-12/schema"));
    assertThat(standard.validate(readSchema())).isEmpty();
  }

  private static void assertRefused(Path file) {
    assertThatExceptionOfType(PppException.class)
        .isThrownBy(() -> TopologyReader.read(file, ENVIRONMENT))
        .satisfies(
            e -> {
              assertThat(e.exitCode()).isEqualTo(ExitCode.CONFIGURATION);
              assertThat(e.diagnostics()).allSatisfy(TopologyFilesTest::assertWellFormed);
              String messages = DiagnosticView.render(e.diagnostics());
              assertThat(messages).doesNotContain("hunter", "s3cret", "operator", "db1.internal\"");
              GoldenFile.of(Path.of(file.toString().replaceFirst("yaml$", "expected")))
                  .holds(messages);
            });
  }

  private static void assertWellFormed(Diagnostic diagnostic) {
    assertThat(diagnostic.position()).isPresent();
    assertThat(diagnostic.summary()).matches("[^A-Z].*").doesNotContain("\n").doesNotEndWith(".");
    assertThat(diagnostic.hint()).isNotBlank();
  }

  /** What the schema has against a file; empty if the file is not one YAML document. */
  private static Optional<List<String>> schemaErrors(Path file) throws IOException {
    Schema schema =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(readSchema());
    ObjectReader reader = new YAMLMapper().reader();
    try (JsonParser parser = reader.createParser(Files.newInputStream(file))) {
      JsonNode document = reader.readTree(parser);
      if (document == null || parser.nextToken() != null) {
        return Optional.empty();
      }
      return Optional.of(schema.validate(document).stream().map(Object::toString).toList());
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }

  private static JsonNode readSchema() throws IOException {
    ObjectMapper mapper = new JsonMapper();
    return mapper.readTree(Files.readString(SCHEMA));
  }

  static List<Path> validFiles() throws IOException {
    return yamlFiles(FOLDER.resolve("valid"));
  }

  static List<Path> invalidFiles() throws IOException {
    return yamlFiles(FOLDER.resolve("invalid"));
  }

  static List<Path> filesForTheReaderOnly() throws IOException {
    return yamlFiles(FOLDER.resolve("invalid/reader-only"));
  }

  private static List<Path> yamlFiles(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList();
    }
  }
}
