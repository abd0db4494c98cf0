package org.partitionproxy.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.ExitCode;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.sql.Identifier;

class TopologyReaderTest {

  private static final Path VALID = Path.of("src/test/resources/topology/valid");

  @TempDir Path folder;

  @Test
  void readsTheExample() {
    Topology topology = TopologyReader.read(Path.of("shards.yaml"), new TreeMap<>());
    assertThat(topology.name()).isEqualTo("bookstore");
    assertThat(topology.runtime()).isEqualTo(RuntimeChoice.AUTO);
    assertThat(topology.migrations()).contains(Path.of("migrations").toAbsolutePath());
    assertThat(topology.veneer())
        .isEqualTo(ServerDefinition.local(ServerName.VENEER, 14797, Identifier.of("bookstore")));
    assertThat(topology.shards())
        .extracting(shard -> shard.name() + " " + shard.endpoint())
        .containsExactly(
            "shard1 127.0.0.1:29948", "shard2 127.0.0.1:13366", "shard3 127.0.0.1:11033");
    assertThat(topology.tenants())
        .extracting(tenant -> tenant.name() + " " + tenant.schema() + " " + tenant.shard())
        .containsExactly(
            "bluth-co bluth_co shard1",
            "cyberdyne cyberdyne shard2",
            "dunder-mifflin dunder_mifflin shard2",
            "initech initech shard3");
  }

  @Test
  void defaultsToTheNameAsDatabaseAndNoMigrations() {
    Topology topology = TopologyReader.read(VALID.resolve("minimal.yaml"), new TreeMap<>());
    assertThat(topology.database()).isEqualTo(Identifier.of("bookstore"));
    assertThat(topology.migrations()).isEmpty();
    assertThat(topology.runtime()).isEqualTo(RuntimeChoice.AUTO);
    assertThat(topology.appRole()).isEqualTo(Identifier.of("bookstore_app"));
  }

  @Test
  void readsWhichShardsHaveTheFrameworkForPartitions() {
    Topology topology = TopologyReader.read(VALID.resolve("partmanteau.yaml"), new TreeMap<>());
    assertThat(topology.shards())
        .extracting(shard -> shard.name() + " " + shard.partmanteau())
        .containsExactly("shard1 true", "shard2 false");
  }

  @Test
  void readsWhichReplicasFollowWhichShard() {
    Topology topology = TopologyReader.read(VALID.resolve("replicas.yaml"), new TreeMap<>());
    assertThat(topology.replicas())
        .extracting(replica -> replica.name() + " of " + replica.shard() + " " + replica.tables())
        .containsExactly(
            "shard1-replica of shard1 [operations, Or ders, 7]",
            "archive of shard1 []",
            "shard2-replica of shard2 []");
    assertThat(topology.servers())
        .extracting(ServerDefinition::title)
        .containsExactly(
            "the veneer",
            "shard \"shard1\"",
            "shard \"shard2\"",
            "replica \"shard1-replica\"",
            "replica \"archive\"",
            "replica \"shard2-replica\"");
    assertThat(topology.primaries()).noneMatch(ServerDefinition::isReplica).hasSize(3);
    assertThat(topology.readsOf(new ServerName("shard1")))
        .map(ReplicaDefinition::name)
        .contains(new ServerName("archive"));
    assertThat(topology.readsOf(new ServerName("shard2"))).isEmpty();
    Tenant acme = topology.tenants().get(0);
    assertThat(topology.servers())
        .filteredOn(server -> topology.has(server, acme))
        .extracting(server -> server.name().value())
        .containsExactly("veneer", "shard1", "shard1-replica", "archive");
    assertThat(Target.require(topology, "archive").server().port()).isEqualTo(29950);
  }

  /** The parser reads 1,025 characters at a time, and may meet the first half of one. */
  @Test
  void readsACharacterOfTwoHalvesWhereverItStands() throws IOException {
    String text = Files.readString(VALID.resolve("minimal.yaml"));
    Path file = folder.resolve("shards.yaml");
    for (int before = 1015; before < 1030; before++) {
      Files.writeString(file, "#" + "x".repeat(before) + "\uD83D\uDE80\n" + text);
      assertThat(TopologyReader.read(file, new TreeMap<>()).name()).isEqualTo("bookstore");
    }
  }

  @Test
  void takesMigrationsRelativeToTheFile() {
    Topology topology = TopologyReader.read(VALID.resolve("migrations.yaml"), new TreeMap<>());
    assertThat(topology.migrations()).contains(VALID.resolve("migrations").toAbsolutePath());
  }

  @Test
  void readsEveryKeyOfAServerWithItsReferences() {
    TreeMap<String, String> environment = new TreeMap<>();
    environment.put("PG_USER", "operator");
    environment.put("PG_PASSWORD", "s3cret");
    environment.put("SHARD_HOST", "db1.internal");
    environment.put("SHARD_PORT", "6432");
    environment.put("SSL_MODE", "require");
    Topology topology = TopologyReader.read(VALID.resolve("external.yaml"), environment);
    ServerDefinition veneer = topology.veneer();
    assertThat(veneer.user()).isEqualTo(Identifier.of("operator"));
    assertThat(veneer.password()).contains(Secret.of("s3cret"));
    assertThat(veneer.sslMode()).isEqualTo(SslMode.VERIFY_FULL);
    assertThat(veneer.sslRootCert()).contains(VALID.resolve("ca.pem").toAbsolutePath());
    ServerDefinition first = topology.shards().get(0);
    assertThat(first.endpoint()).isEqualTo(new HostPort("db1.internal", 6432));
    assertThat(first.address()).contains(new HostPort("10.0.0.5", 6000));
    assertThat(first.database()).isEqualTo(Identifier.of("app_one"));
    assertThat(first.options())
        .hasToString("{async_capable=true, extensions=postgis,operator, fetch_size=5000}");
    ServerDefinition second = topology.shards().get(1);
    assertThat(second.endpoint()).isEqualTo(new HostPort("fd00::5", 5432));
    assertThat(second.address()).contains(new HostPort("fd00::5", 5433));
    assertThat(topology.shards().get(3).address())
        .contains(new HostPort("/var/run/postgresql", 5432));
    assertThat(topology.tenants())
        .extracting(tenant -> tenant.schema().value())
        .containsExactly("acme", "globex_corp", "Initech", "operator_hooli");
  }

  @Test
  void takesTextAsItIsWritten() {
    Topology topology = TopologyReader.read(VALID.resolve("as-json.yaml"), new TreeMap<>());
    assertThat(topology.veneer().settings())
        .hasToString("{archive_command=, jit=false, random_page_cost=1.1, work_mem=16MB}");
    assertThat(topology.tenants())
        .extracting(tenant -> tenant.name() + " " + tenant.schema())
        .containsExactly("acme acme", "yes yes", "null 2024");
    Topology names = TopologyReader.read(VALID.resolve("names.yaml"), new TreeMap<>());
    assertThat(names.database()).isEqualTo(Identifier.of("Täglich ${x}"));
  }

  @Test
  void takesTheLimitsOfAllWhereATenantSaysNothing() {
    TreeMap<String, String> environment = new TreeMap<>();
    environment.put("SHARD_PORT", "6432");
    Topology topology = TopologyReader.read(VALID.resolve("limits.yaml"), environment);
    assertThat(topology.tenants())
        .extracting(
            tenant ->
                tenant.name()
                    + " "
                    + tenant.limits().connections().orElseThrow()
                    + " "
                    + tenant.limits().settings())
        .containsExactly(
            "acme 20 {statement_timeout=30s, temp_file_limit=1GB, work_mem=16 MB}",
            "bolt -1 {statement_timeout=0, temp_file_limit=-1, work_mem=64}",
            "cato 6432 {statement_timeout=24d, temp_file_limit=65536, work_mem=16 MB}");
  }

  @Test
  void reportsAMissingFile() {
    Path file = folder.resolve("shards.yaml");
    assertThatExceptionOfType(PppException.class)
        .isThrownBy(() -> TopologyReader.read(file, new TreeMap<>()))
        .satisfies(
            e -> {
              assertThat(e.exitCode()).isEqualTo(ExitCode.CONFIGURATION);
              assertThat(e.diagnostics().get(0).code()).isEqualTo(Code.CONFIGURATION_FILE_MISSING);
              assertThat(e).hasMessageContaining(file.toString());
            });
  }

  @Test
  void reportsAFolderInTheFilesPlace() {
    assertThatExceptionOfType(PppException.class)
        .isThrownBy(() -> TopologyReader.read(folder, new TreeMap<>()))
        .withMessageContaining("it is a folder");
  }

  @Test
  void reportsAnUnknownShardWithItsLine() {
    List<Diagnostic> diagnostics =
        problems(
            """
            name: bookstore
            veneer: { port: 14797 }
            shards:
              shard3: { port: 29948 }
            tenants:
              äcme: { shard: shrad3 }
            """);
    assertThat(diagnostics).hasSize(1);
    Diagnostic diagnostic = diagnostics.get(0);
    assertThat(diagnostic)
        .hasToString(
            "error[PPP204]: tenant \"äcme\" is mapped to shard \"shrad3\", which is not declared");
    assertThat(diagnostic.hint()).endsWith("Did you mean \"shard3\"?");
    assertThat(places(diagnostics)).containsExactly("6:18+6");
    assertThat(diagnostic.position().orElseThrow().text()).isEqualTo("  äcme: { shard: shrad3 }");
  }

  @Test
  void countsColumnsInCodePoints() {
    assertThat(places(problems("\"😀\": x\n'a😀': { b: *c }\n")))
        .contains("1:1+3", "2:1+4", "2:12+2");
  }

  @Test
  void tellsAllProblemsBeforeASyntaxErrorAndNothingThatIsOnlyMissingBehindIt() {
    List<Diagnostic> diagnostics =
        problems(
            """
            nmae: bookstore
            shards:
              shard1: { prot: 1 }
              shard2: { port: 0
            tenants:
              acme: { shard: shard9 }
            """);
    assertThat(diagnostics)
        .extracting(Diagnostic::code)
        .containsExactly(Code.UNKNOWN_KEY, Code.UNKNOWN_KEY, Code.YAML_SYNTAX);
    assertThat(places(diagnostics)).containsExactly("1:1+4", "3:13+4", "5:8+1");
  }

  @Test
  void showsNoPasswordInAnyLineOfAnyMessage() {
    List<Diagnostic> diagnostics =
        problems(
            """
            veneer: { pasword: hunter2, port: 0 }
            tenants:
              secret-santa: { shard: [] }
            """);
    assertThat(diagnostics)
        .extracting(d -> d.position().orElseThrow().text())
        .contains("veneer: { pasword: *******, port: 0 }", "  secret-santa: { shard: [] }")
        .noneMatch(line -> line.contains("hunter2"));
  }

  @Test
  void readsTenThousandTenantsInMoreThanThreeMegabytes() throws IOException {
    StringBuilder text =
        new StringBuilder("name: b\nveneer: { port: 1 }\nshards:\n  s: { port: 2 }\n");
    text.append("tenants:\n");
    for (int i = 0; i < 10_000; i++) {
      text.append("  tenant-").append(i).append(": { shard: s } # ");
      text.append("x".repeat(350)).append('\n');
    }
    assertThat(text.length()).isGreaterThan(3 << 20);
    Topology topology = read(text.toString());
    assertThat(topology.tenants()).hasSize(10_000);
    assertThat(topology.findTenant("tenant-9999"))
        .map(Tenant::schema)
        .isEqualTo(Optional.of(Identifier.of("tenant_9999")));
  }

  @Test
  void sharesTheTextOfALineThatHoldsEverything() {
    StringBuilder text = new StringBuilder("{name: b, tenants: {");
    for (int i = 0; i < 20_000; i++) {
      text.append("t").append(i).append(": {}, ");
    }
    List<Diagnostic> diagnostics = problems(text.append("}}").toString());
    assertThat(diagnostics).hasSizeGreaterThan(20_000);
    assertThat(diagnostics)
        .extracting(d -> d.position().orElseThrow().text())
        .allSatisfy(
            line -> assertThat(line).isSameAs(diagnostics.get(0).position().orElseThrow().text()));
  }

  private Topology read(String text) throws IOException {
    Path file = folder.resolve("shards.yaml");
    Files.write(file, text.getBytes(StandardCharsets.UTF_8));
    return TopologyReader.read(file, new TreeMap<>());
  }

  private List<Diagnostic> problems(String text) {
    PppException e = catchThrowableOfType(PppException.class, () -> read(text));
    assertThat(e).isNotNull();
    return e.diagnostics();
  }

  /** {@code line:column+length} */
  private static List<String> places(List<Diagnostic> diagnostics) {
    return diagnostics.stream()
        .map(d -> d.position().orElseThrow())
        .map(p -> p.line() + ":" + p.column() + "+" + p.length())
        .toList();
  }
}
