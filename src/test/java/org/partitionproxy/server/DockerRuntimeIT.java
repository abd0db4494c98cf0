package org.partitionproxy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.server.DockerTopology.Reports;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.topology.HostPort;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Topology;

@NeedsDocker
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock("docker")
class DockerRuntimeIT {

  @TempDir static Path home;

  private static final MemoryVault SECRETS = new MemoryVault();
  private static final Connector CONNECTOR = new Connector(SECRETS, "ppp test");

  private static Topology topology;
  private static DockerRuntime runtime;

  @BeforeAll
  static void startServers() throws IOException {
    topology = DockerTopology.small(home, "docker-it");
    runtime = new DockerRuntime(topology, SECRETS);
    Files.writeString(
        home.resolve("docker-compose.override.yml"),
        "services: { shard1: { labels: { org.example.added: by-override } } }\n");
    runtime.start(ServerRuntime.Progress.SILENT);
  }

  @AfterAll
  static void destroyServers() {
    if (runtime != null) {
      runtime.destroy(ServerRuntime.Progress.SILENT);
    }
  }

  @Test
  void everyServerAcceptsItsSuperuserOverItsPublishedPort() {
    for (ServerDefinition server : topology.servers()) {
      try (Session session = CONNECTOR.maintenance(server)) {
        assertThat(session.majorVersion()).isEqualTo(18);
      }
      assertThat(runtime.isRunning(server)).isTrue();
    }
  }

  @Test
  void theVeneerReachesAShardByItsServiceName() {
    ServerDefinition shard = topology.shards().get(0);
    HostPort address = runtime.addressFromVeneer(shard);
    try (Session session = CONNECTOR.maintenance(shard)) {
      session.execute(
          List.of(
              Sql.of("CREATE ROLE remote LOGIN PASSWORD 'far'"),
              Sql.of("CREATE TABLE public.things AS SELECT 'from the shard' AS thing"),
              Sql.of("GRANT SELECT ON public.things TO remote")));
    }
    try (Session session = CONNECTOR.maintenance(topology.veneer())) {
      session.execute(
          List.of(
              Sql.of("CREATE EXTENSION postgres_fdw"),
              Sql.of(
                  "CREATE SERVER shard1 FOREIGN DATA WRAPPER postgres_fdw"
                      + " OPTIONS (host {}, port {}, dbname 'postgres')",
                  Literal.of(address.host()),
                  Literal.of(Integer.toString(address.port()))),
              Sql.of("CREATE ROLE local LOGIN"),
              Sql.of(
                  "CREATE USER MAPPING FOR local SERVER shard1"
                      + " OPTIONS (user 'remote', password 'far')"),
              Sql.of(
                  "CREATE FOREIGN TABLE public.things (thing text) SERVER shard1"
                      + " OPTIONS (schema_name 'public')"),
              Sql.of("GRANT SELECT ON public.things TO local"),
              Sql.of("SET ROLE local")));
      assertThat(session.query("SELECT thing FROM public.things", row -> row.string("thing")))
          .containsExactly("from the shard");
    }
  }

  @Test
  void keepsDataOverStopAndStart() {
    ServerDefinition veneer = topology.veneer();
    try (Session session = CONNECTOR.maintenance(veneer)) {
      session.execute(Sql.of("CREATE TABLE public.kept AS SELECT 42 AS answer"));
    }
    Reports stopping = new Reports();
    runtime.stop(stopping);
    assertThat(stopping.lines()).containsExactlyInAnyOrder("veneer: stopped", "shard1: stopped");
    assertThat(runtime.isRunning(veneer)).isFalse();
    runtime.stop(ServerRuntime.Progress.SILENT);

    Reports starting = new Reports();
    runtime.start(starting);
    assertThat(starting.lines())
        .anyMatch(line -> line.startsWith("veneer: started on port " + veneer.port() + " in "));
    try (Session session = CONNECTOR.maintenance(veneer)) {
      assertThat(session.query("SELECT answer FROM public.kept", row -> row.integer("answer")))
          .containsExactly(42);
    }
  }

  @Test
  void leavesServersAloneThatRun() {
    List<String> before = containers();
    Reports reports = new Reports();
    runtime.start(reports);
    assertThat(reports.lines())
        .containsExactly(
            "veneer: runs on port " + topology.veneer().port(),
            "shard1: runs on port " + topology.shards().get(0).port());
    assertThat(containers()).isEqualTo(before);
  }

  private static List<String> containers() {
    return topology.servers().stream()
        .map(server -> runtime.findContainer(server).orElseThrow())
        .toList();
  }

  @Test
  void takesSettingsFromAFileThatLaterChangesBeat() {
    try (Session session = CONNECTOR.maintenance(topology.veneer())) {
      assertThat(
              session.query(
                  """
                  SELECT name || '=' || setting || ' ' || sourcefile AS line
                  FROM pg_catalog.pg_settings
                  WHERE name IN ('log_destination', 'log_statement', 'max_connections')
                  ORDER BY name""",
                  row -> row.string("line")))
          .containsExactly(
              "log_destination=jsonlog /etc/ppp/ppp.conf",
              "log_statement=none /etc/ppp/ppp.conf",
              "max_connections=200 /etc/ppp/ppp.conf");
      session.execute(Sql.of("ALTER SYSTEM SET work_mem = '7MB'"));
      session.execute(Sql.of("SELECT pg_reload_conf()"));
    }
    try (Session session = CONNECTOR.maintenance(topology.veneer())) {
      assertThat(
              session.query(
                  "SELECT current_setting('work_mem') AS value", row -> row.string("value")))
          .containsExactly("7MB");
    }
  }

  @Test
  void asksForAPasswordInsideOfTheContainerToo() {
    try (Session session = CONNECTOR.maintenance(topology.veneer())) {
      assertThat(
              session.query(
                  "SELECT DISTINCT auth_method FROM pg_catalog.pg_hba_file_rules"
                      + " ORDER BY auth_method",
                  row -> row.string("auth_method")))
          .containsExactly("scram-sha-256");
    }
  }

  @Test
  void keepsPasswordsFromOtherUsersOfTheMachine() throws IOException {
    Path file = home.resolve(ComposeFile.passwordFile(topology.veneer().name()));
    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThat(Files.getPosixFilePermissions(topology.stateFolder()))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
  }

  @Test
  void readsTheOverrideFile() {
    String id = runtime.findContainer(topology.shards().get(0)).orElseThrow();
    CommandOutput output =
        new DockerEngine(home)
            .requireDocker(
                List.of(
                    "inspect", "--format", "{{index .Config.Labels \"org.example.added\"}}", id));
    assertThat(output.lines()).containsExactly("by-override");
  }

  @Test
  void leavesAnEditedComposeFileAsItIs(@TempDir Path other) throws IOException {
    Topology edited = DockerTopology.small(other, "docker-it-edited");
    Path file = other.resolve(ComposeFile.FILE_NAME);
    Files.writeString(file, ComposeFile.of(edited) + "# mine\n");
    assertThat(failure(edited))
        .singleElement()
        .satisfies(
            d -> {
              assertThat(d.code()).isEqualTo(Code.COMPOSE_FILE_EDITED);
              assertThat(d.hint()).contains("docker-compose.override.yml");
            });
    assertThat(file).content().endsWith("# mine\n");
  }

  @Test
  void becomesHealthyInTheEyesOfDocker() {
    String id = runtime.findContainer(topology.veneer()).orElseThrow();
    DockerEngine engine = new DockerEngine(home);
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .until(
            () ->
                engine
                    .requireDocker(List.of("inspect", "--format", "{{.State.Health.Status}}", id))
                    .lines()
                    .equals(List.of("healthy")));
  }

  /** A second system of the same name beside the first, from its start to its end. */
  @Test
  void movesToAnotherPortMissesAChangedPasswordAndGoesWithoutTouchingOthers(@TempDir Path other) {
    List<String> ofTheFirst = containers();
    Topology before = DockerTopology.small(other, topology.name());
    Topology after =
        DockerTopology.of(
            other,
            before.name(),
            before.veneer(),
            DockerTopology.small(other, before.name()).shards());
    DockerRuntime second = new DockerRuntime(after, SECRETS);
    try {
      new DockerRuntime(before, SECRETS).start(ServerRuntime.Progress.SILENT);
      assertThat(volumes(after)).hasSize(2);
      movesToAnotherPort(second, after);
      saysThatAVolumeHasAnotherPassword(after);
      destroysWhatIsItsOwn(second, after);
    } finally {
      second.destroy(ServerRuntime.Progress.SILENT);
    }
    assertThat(volumes(topology)).hasSize(2);
    assertThat(containers()).isEqualTo(ofTheFirst);
  }

  private static void movesToAnotherPort(DockerRuntime runtime, Topology after) {
    ServerDefinition moved = after.shards().get(0);
    assertThat(failure(after))
        .extracting(Diagnostic::summary)
        .containsExactly("server \"shard1\" runs, but not on port " + moved.port());
    runtime.stop(ServerRuntime.Progress.SILENT);
    assertThat(volumes(after)).hasSize(2);
    assertThat(runtime.serversWithData())
        .containsExactly(new ServerName("shard1"), ServerName.VENEER);
    runtime.start(ServerRuntime.Progress.SILENT);
    try (Session session = CONNECTOR.maintenance(moved)) {
      assertThat(session.isAlive()).isTrue();
    }
  }

  private static void saysThatAVolumeHasAnotherPassword(Topology again) {
    try (Session session = CONNECTOR.maintenance(again.shards().get(0))) {
      session.execute(Sql.of("ALTER ROLE postgres PASSWORD 'another'"));
    }
    assertThat(failure(again))
        .singleElement()
        .satisfies(
            d -> {
              assertThat(d.summary()).contains("\"shard1\"", "refuses the password");
              assertThat(d.hint()).contains(ProjectName.of(again) + "_shard1");
            });
  }

  private static void destroysWhatIsItsOwn(DockerRuntime runtime, Topology doomed) {
    Reports reports = new Reports();
    runtime.destroy(reports);
    assertThat(reports.lines()).containsExactly("shard1: removed", "veneer: removed");
    runtime.destroy(ServerRuntime.Progress.SILENT);
    assertThat(runtime.serversWithData()).isEmpty();
    assertThat(volumes(doomed)).isEmpty();
    assertThat(ProjectName.folder(doomed.stateFolder())).doesNotExist();
  }

  @Test
  void startsTheOthersWhenAPortIsTaken(@TempDir Path other) throws IOException {
    Topology taken = DockerTopology.small(other, "docker-it-taken");
    ServerDefinition shard = taken.shards().get(0);
    DockerRuntime others = new DockerRuntime(taken, SECRETS);
    InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    try (ServerSocket socket = new ServerSocket(shard.port(), 1, loopback)) {
      assertThat(failure(taken))
          .extracting(Diagnostic::summary)
          .containsExactly(
              "server \"shard1\" did not start: something else listens on port "
                  + socket.getLocalPort());
      assertThat(others.isRunning(taken.veneer())).isTrue();
      assertThat(others.isRunning(shard)).isFalse();
    } finally {
      others.destroy(ServerRuntime.Progress.SILENT);
    }
  }

  @Test
  void namesAServerThatEndsWithTheEndOfItsLog(@TempDir Path other) {
    Topology small = DockerTopology.small(other, "docker-it-broken");
    ServerDefinition shard =
        DockerTopology.with(
            small.shards().get(0), new TreeMap<>(Map.of("shared_buffers", "plenty")));
    Topology broken = DockerTopology.of(other, "docker-it-broken", small.veneer(), List.of(shard));
    try {
      assertThat(failure(broken))
          .singleElement()
          .satisfies(
              d -> {
                assertThat(d.summary())
                    .isEqualTo("server \"shard1\" did not start: its container ended");
                assertThat(d.hint()).contains("invalid value for parameter \"shared_buffers\"");
              });
    } finally {
      new DockerRuntime(broken, SECRETS).destroy(ServerRuntime.Progress.SILENT);
    }
  }

  @Test
  void refusesToStopWhatBelongsToTheCheckoutThatThisOneIsACopyOf(@TempDir Path other)
      throws IOException {
    Path copied = ProjectName.folder(other.resolve(".ppp"));
    Files.createDirectories(copied);
    Files.copy(
        ProjectName.folder(topology.stateFolder()).resolve("project"), copied.resolve("project"));
    DockerRuntime copy =
        new DockerRuntime(
            DockerTopology.of(other, topology.name(), topology.veneer(), topology.shards()),
            SECRETS);
    List<String> before = containers();
    for (ThrowingCallable deed :
        List.<ThrowingCallable>of(
            () -> copy.start(ServerRuntime.Progress.SILENT),
            () -> copy.stop(ServerRuntime.Progress.SILENT),
            () -> copy.destroy(ServerRuntime.Progress.SILENT))) {
      assertThat(catchThrowableOfType(PppException.class, deed).diagnostics())
          .extracting(Diagnostic::code)
          .containsExactly(Code.FOLDER_OF_OTHER_CHECKOUT);
    }
    assertThat(containers()).isEqualTo(before);
  }

  @Test
  void takesALinkToItsFolderForTheFolder(@TempDir Path other) throws IOException {
    Path link = Files.createSymbolicLink(other.resolve("link"), home);
    Reports reports = new Reports();
    new DockerRuntime(
            DockerTopology.of(link, topology.name(), topology.veneer(), topology.shards()), SECRETS)
        .start(reports);
    Files.delete(link);
    assertThat(reports.lines()).hasSize(2).allMatch(line -> line.contains(": runs on port "));
  }

  private static List<String> volumes(Topology of) {
    return new DockerEngine(home)
        .requireDocker(
            List.of(
                "volume",
                "ls",
                "--quiet",
                "--filter",
                "label=com.docker.compose.project=" + ProjectName.of(of)))
        .lines();
  }

  private static List<Diagnostic> failure(Topology of) {
    return catchThrowableOfType(
            PppException.class,
            () -> new DockerRuntime(of, SECRETS).start(ServerRuntime.Progress.SILENT))
        .diagnostics();
  }
}
