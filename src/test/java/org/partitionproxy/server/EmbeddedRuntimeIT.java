package org.partitionproxy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.partitionproxy.db.Session;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.testing.EveryPostgres;
import org.partitionproxy.testing.PostgresVersion;
import org.partitionproxy.topology.ServerDefinition;

@Execution(ExecutionMode.CONCURRENT)
class EmbeddedRuntimeIT {

  private final List<TemporaryCheckout> checkouts = new ArrayList<>();
  private TemporaryCheckout checkout = checkout("checkout");

  private TemporaryCheckout checkout(String name) {
    TemporaryCheckout made = TemporaryCheckout.make(name);
    checkouts.add(made);
    return made;
  }

  @AfterEach
  void removeServers() {
    checkouts.forEach(TemporaryCheckout::close);
  }

  private static List<Diagnostic> problemsOf(Runnable work) {
    return catchThrowableOfType(PppException.class, work::run).diagnostics();
  }

  private long postmaster() {
    return Postmaster.find(checkout.data()).orElseThrow().pid();
  }

  private void create(Sql table) {
    try (Session session = checkout.session(checkout.shard())) {
      session.execute(table);
    }
  }

  private boolean exists(String table) {
    try (Session session = checkout.session(checkout.shard())) {
      return session
          .queryOne(
              "SELECT pg_catalog.to_regclass(?) IS NOT NULL AS there", r -> r.bool("there"), table)
          .orElseThrow();
    }
  }

  @EveryPostgres
  void keepsDataOverAStopAndAStart(PostgresVersion version) {
    checkout.postgresHome(version.home());
    assertThat(checkout.start())
        .hasSize(2)
        .allMatch(line -> line.matches("(veneer|shard1): started on port \\d+ in .* s"));
    assertThat(checkout.setting(checkout.shard(), "server_version"))
        .startsWith(Integer.toString(version.major()));
    create(Sql.of("CREATE TABLE public.kept ()"));
    assertThat(checkout.start()).allMatch(line -> line.contains("runs already on port"));
    assertThat(checkout.runtime().freeSpace(checkout.shard(), ""))
        .hasValueSatisfying(bytes -> assertThat(bytes).isPositive());
    assertThat(checkout.runtime().freeSpace(checkout.shard(), "/not there")).isEmpty();

    checkout.stop();
    assertThat(checkout.runtime().isRunning(checkout.shard())).isFalse();
    assertThat(checkout.runtime().freeSpace(checkout.shard(), "")).isEmpty();
    checkout.stop();

    checkout.start();
    assertThat(checkout.runtime().isRunning(checkout.shard())).isTrue();
    assertThat(exists("public.kept")).isTrue();
  }

  @Test
  void isDurableAndChecksItsData() {
    checkout.durable();
    checkout.start();
    assertThat(checkout.setting(checkout.shard(), "fsync")).isEqualTo("on");
    assertThat(checkout.setting(checkout.shard(), "data_checksums")).isEqualTo("on");
    assertThat(checkout.setting(checkout.shard(), "server_encoding")).isEqualTo("UTF8");
    assertThat(checkout.setting(checkout.shard(), "cluster_name")).isEqualTo("it's a shop/shard1");
  }

  @Test
  void startsAtOnceAfterAKill() {
    checkout.startOnCopies();
    create(Sql.of("CREATE TABLE public.kept ()"));
    ProcessHandle.of(postmaster()).orElseThrow().destroyForcibly();

    await().until(() -> !checkout.runtime().isRunning(checkout.shard()));
    checkout.start();
    assertThat(exists("public.kept")).isTrue();
  }

  @Test
  void isNotMisledByAStaleNumberThatAnotherProcessHas() throws IOException {
    checkout.startOnCopies();
    checkout.stop();
    long other = ProcessHandle.current().pid();
    int port = checkout.shard().port();
    String lines = other + "\n" + checkout.data() + "\n1700000000\n" + port + "\n\n";
    Path sockets = checkout.embeddedHome().sockets();
    checkout.user().write(checkout.data(), Postmaster.FILE, lines);
    checkout
        .user()
        .write(sockets, Postmaster.socketLock(sockets, port).getFileName().toString(), lines);

    assertThat(checkout.runtime().isRunning(checkout.shard())).isFalse();
    checkout.stop();
    checkout.start();
    assertThat(checkout.runtime().isRunning(checkout.shard())).isTrue();
  }

  @Test
  void waitsForAServerThatAKilledRunLeftStarting() {
    checkout.startOnCopies();
    checkout.stop();
    PostgresBinaries binaries =
        PostgresBinaries.bundled(checkout.machine().cache(), checkout.user());
    List<String> startWithoutWaiting =
        List.of(binaries.program("pg_ctl"), "-D", "data", "-l", "start.log", "-W", "start");
    Path folder = checkout.data().getParent();
    assertThat(checkout.user().run(folder, startWithoutWaiting).succeeded()).isTrue();
    checkout.start();
    assertThat(checkout.runtime().isRunning(checkout.shard())).isTrue();
  }

  @Test
  void makesTheDataAgainAfterAKilledInitdb() {
    CompletableFuture<List<Diagnostic>> killed =
        CompletableFuture.supplyAsync(() -> problemsOf(checkout::start));
    await()
        .until(
            () ->
                ProcessHandle.current()
                    .descendants()
                    .filter(p -> p.info().commandLine().orElse("").contains("/initdb"))
                    .filter(this::worksHere)
                    .map(ProcessHandle::destroyForcibly)
                    .anyMatch(done -> done));
    assertThat(killed.join()).extracting(Diagnostic::code).contains(Code.SERVER_NOT_STARTED);
    checkout.user().makeFolder(checkout.data().getParent(), "new-half/data/base");

    checkout.start();
    assertThat(checkout.data().resolveSibling("new-half")).doesNotExist();
    assertThat(checkout.runtime().isRunning(checkout.shard())).isTrue();
  }

  private boolean worksHere(ProcessHandle process) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/" + process.pid() + "/cwd"))
          .startsWith(checkout.data().getParent());
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void namesTheServerWhosePortIsTakenAndStartsTheOthers() throws IOException {
    int port = checkout.shard().port();
    try (ServerSocket other = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      assertThat(other.isBound()).isTrue();
      assertThat(problemsOf(checkout::start))
          .singleElement()
          .satisfies(
              problem -> {
                assertThat(problem.code()).isEqualTo(Code.PORT_TAKEN);
                assertThat(problem.summary()).contains("port " + port, "\"shard1\"");
              });
    }
    assertThat(checkout.runtime().isRunning(checkout.veneer())).isTrue();
    checkout.start();
    assertThat(checkout.runtime().isRunning(checkout.shard())).isTrue();
  }

  @Test
  void putsTheSocketsElsewhereWhenThePathIsTooLong() {
    checkout = checkout("a-very-long-path".repeat(10));
    checkout.startOnCopies();
    String folder = checkout.runtime().addressFromVeneer(checkout.shard()).host();
    assertThat(folder).startsWith("/tmp/ppp-").hasSizeLessThan(60);
    assertThat(Path.of(folder, ".s.PGSQL." + checkout.shard().port())).exists();
  }

  @Test
  void refusesASocketFolderThatIsALink() throws IOException {
    checkout = checkout("a-very-long-path".repeat(10));
    Path sockets = checkout.embeddedHome().sockets();
    Files.createSymbolicLink(sockets, checkout.base());
    try {
      assertThat(problemsOf(checkout::start))
          .extracting(Diagnostic::code)
          .containsExactly(Code.STATE_FOLDER_UNUSABLE);
    } finally {
      Files.delete(sockets);
    }
  }

  @Test
  void worksInAFolderWhoseNameAShellWouldChange() {
    checkout = checkout("a $(false) `false` \"b\" 'c', d");
    checkout.start();
    assertThat(checkout.setting(checkout.shard(), "data_directory"))
        .isEqualTo(checkout.data().toString());
    checkout.stop();
    assertThat(checkout.runtime().isRunning(checkout.shard())).isFalse();
  }

  @Test
  void letsTheSecondOfTwoStartsWait() {
    CompletableFuture<List<String>> one = CompletableFuture.supplyAsync(checkout::start);
    CompletableFuture<List<String>> two = CompletableFuture.supplyAsync(checkout::start);
    List<String> all = new ArrayList<>(one.join());
    all.addAll(two.join());
    assertThat(all).filteredOn(line -> line.contains(": started on port")).hasSize(2);
    assertThat(all).filteredOn(line -> line.contains(": runs already")).hasSize(2);
  }

  @Test
  void appliesSettingsOfTheFileAndLetsAlterSystemOverrideThem() {
    checkout.shard(
        server -> settings(server, Map.of("work_mem", "7MB", "Application_Name", "a'b\\c")));
    checkout.startOnCopies();
    assertThat(checkout.setting(checkout.shard(), "work_mem")).isEqualTo("7MB");
    create(Sql.of("ALTER SYSTEM SET work_mem = '9MB'"));

    checkout.stop();
    checkout.start();
    assertThat(checkout.setting(checkout.shard(), "work_mem")).isEqualTo("9MB");
  }

  @Test
  void readsChangedSettingsAgain() {
    checkout.startOnCopies();
    checkout.shard(server -> settings(server, Map.of("work_mem", "7MB")));
    assertThat(checkout.start()).anyMatch(line -> line.contains("read its changed settings again"));
    await().until(() -> checkout.setting(checkout.shard(), "work_mem").equals("7MB"));
  }

  private static ServerDefinition settings(ServerDefinition server, Map<String, String> settings) {
    return TemporaryCheckout.with(server, server.host(), server.port(), settings);
  }

  @Test
  void saysWhatPostgresqlSaysWhenItDoesNotStart() {
    checkout.shard(server -> settings(server, Map.of("shared_buffers", "banana")));
    assertThat(problemsOf(checkout::start))
        .singleElement()
        .satisfies(problem -> assertThat(problem.hint()).contains("shared_buffers", "banana"));
  }

  @Test
  void refusesAChangedPortWhileTheServerRunsAndMovesAfterAStop() {
    checkout.startOnCopies();
    int port = TemporaryServer.freePort();
    checkout.shard(server -> TemporaryCheckout.with(server, "localhost", port, Map.of()));
    assertThat(problemsOf(checkout::start))
        .extracting(Diagnostic::code)
        .containsExactly(Code.PORT_CHANGED);
    checkout.stop();
    checkout.start();
    assertThat(checkout.setting(checkout.shard(), "port")).isEqualTo(Integer.toString(port));
  }

  @Test
  void refusesDataOfAnotherMajorVersion() {
    List<PostgresVersion> versions = PostgresVersion.here();
    assumeThat(versions).as("two major versions on this machine").hasSizeGreaterThan(1);
    checkout.startOnCopies();
    checkout.stop();
    checkout.postgresHome(versions.get(1).home());
    assertThat(problemsOf(checkout::start))
        .extracting(Diagnostic::code)
        .containsOnly(Code.DATA_OF_OTHER_VERSION);
  }

  @Test
  void refusesToMakeAPasswordForDataThatHasOne() {
    checkout.startOnCopies();
    EmbeddedRuntime forgetful =
        new EmbeddedRuntime(checkout.topology(), new MemoryVault(), checkout.machine(), false);
    assertThat(problemsOf(() -> forgetful.start(ServerRuntime.Progress.SILENT)))
        .extracting(Diagnostic::code)
        .containsOnly(Code.LOGIN_REFUSED);
  }

  @Test
  void leavesNoPasswordInItsFolders() throws IOException {
    checkout.start();
    try (var files = Files.walk(checkout.embeddedHome().folder())) {
      assertThat(files.filter(f -> f.getFileName().toString().equals("password"))).isEmpty();
    }
  }

  @Test
  void refusesPostgresHomesWithoutPostgres() {
    checkout.postgresHome(Optional.of(checkout.base()));
    assertThat(problemsOf(checkout::start))
        .extracting(Diagnostic::code)
        .containsExactly(Code.BINARIES_UNUSABLE);
  }

  @Test
  void givesEachServerASessionOfItsOwnSoThatCtrlCDoesNotReachIt() throws IOException {
    assumeThat(Path.of("/proc/self/stat")).exists();
    checkout.startOnCopies();
    long pid = postmaster();
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    String[] afterName = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    assertThat(afterName[3]).as("session").isEqualTo(Long.toString(pid));
  }

  @Test
  void deletesAllThatItMade() {
    checkout.startOnCopies();
    Path folder = checkout.embeddedHome().folder();
    assertThat(folder).exists();
    checkout.runtime().destroy(ServerRuntime.Progress.SILENT);
    assertThat(folder).doesNotExist();
    assertThat(checkout.runtime().isRunning(checkout.shard())).isFalse();
  }

  @Test
  void refusesTheFoldersOfTheCheckoutThatThisOneIsACopyOf() throws IOException {
    assumeThat(SystemUser.isRoot()).as("root keeps the folders elsewhere").isTrue();
    checkout.startOnCopies();
    TemporaryCheckout copy = checkout("copy");
    StateFolder original = new StateFolder(checkout.topology().stateFolder());
    StateFolder copied = new StateFolder(copy.topology().stateFolder());
    copied.write(EmbeddedHome.RECORD, original.read(EmbeddedHome.RECORD).orElseThrow());
    assertThat(problemsOf(copy::start))
        .extracting(Diagnostic::code)
        .containsExactly(Code.FOLDER_OF_OTHER_CHECKOUT);
    assertThat(problemsOf(() -> copy.runtime().destroy(ServerRuntime.Progress.SILENT)))
        .extracting(Diagnostic::code)
        .containsExactly(Code.FOLDER_OF_OTHER_CHECKOUT);
    copied.remove(EmbeddedHome.RECORD);
    assertThat(checkout.runtime().isRunning(checkout.shard())).isTrue();
  }

  /** The folder of the servers, as a start of root's makes it and gives it away afterwards. */
  private Path folderThatIsRoots() throws IOException {
    assumeThat(SystemUser.isRoot()).as("others make folders that are theirs").isTrue();
    Path folder = checkout.embeddedHome().folder();
    FolderTree.makeReachable(folder.resolveSibling("."));
    return Files.createDirectory(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  @Test
  void goesOnWithTheFolderOfAStartThatWasKilledBeforeItGaveItAway() throws IOException {
    Path folder = folderThatIsRoots();
    checkout.embeddedHome().make(checkout.user());
    assertThat(Files.getOwner(folder).getName()).isEqualTo(checkout.user().name());
    checkout.runtime().destroy(ServerRuntime.Progress.SILENT);
    assertThat(folderThatIsRoots()).isEqualTo(folder);
    checkout.runtime().destroy(ServerRuntime.Progress.SILENT);
    assertThat(folder).doesNotExist();
  }

  @Test
  void refusesAFolderOfRootsThatHoldsSomething() throws IOException {
    Path kept = Files.createFile(folderThatIsRoots().resolve("kept"));
    assertThat(problemsOf(checkout::start))
        .extracting(Diagnostic::code)
        .containsExactly(Code.STATE_FOLDER_UNUSABLE);
    assertThat(kept).exists();
    FolderTree.delete(kept.getParent());
  }
}
