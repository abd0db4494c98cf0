package org.partitionproxy.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.PppException;

/** Works on real files, and with real processes beside it. */
class SecretStoreIT {

  private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");
  private static final SecretName ADMIN = SecretName.ofRole("bookstore_admin");
  private static final SecretName POSTGRES = SecretName.ofRoleOn("postgres", "shard1");

  @TempDir Path home;

  @Test
  void opensWithoutMakingAnything() {
    assertThat(open().find(ADMIN)).isEmpty();
    assertThat(folder()).doesNotExist();
  }

  @Test
  void makesAPasswordOnceAndKeepsItForItsOwnerAlone() throws IOException {
    Secret password = open().ensure(ADMIN);

    assertThat(password.reveal()).matches("[A-Za-z0-9]{32}");
    assertThat(open().find(ADMIN)).contains(password);
    assertThat(open().ensure(List.of(POSTGRES, ADMIN)))
        .containsEntry(ADMIN, password)
        .containsOnlyKeys(ADMIN, POSTGRES);
    assertThat(permissions(file())).isEqualTo("rw-------");
    assertThat(permissions(folder())).isEqualTo("rwx------");
    assertThat(folder()).isDirectoryNotContaining("glob:**.new");
  }

  @Test
  void saysWhatItHoldsWithoutThePasswords() {
    SecretStore store = open();
    store.ensure(List.of(POSTGRES, ADMIN));
    store.beginRotation(List.of(POSTGRES));
    assertThat(store.entries()).containsExactly(entry(ADMIN, false), entry(POSTGRES, true));
  }

  private static SecretEntry entry(SecretName name, boolean rotating) {
    return new SecretEntry(name, SecretEntry.Source.FILE, java.util.Optional.of(NOON), rotating);
  }

  @Test
  void seesWhatAnotherStoreWrites() {
    SecretStore first = open();
    SecretStore second = open();
    assertThat(first.find(ADMIN)).isEmpty();
    Secret password = second.ensure(ADMIN);
    assertThat(first.find(ADMIN)).contains(password);
  }

  @Test
  void keepsTheOldPasswordUntilARotationIsFinished() {
    SecretStore store = open();
    Secret old = store.ensure(ADMIN);
    Secret next = store.beginRotation(List.of(ADMIN)).get(ADMIN);

    assertThat(next).isNotEqualTo(old);
    assertThat(store.find(ADMIN)).contains(old);
    assertThat(open().beginRotation(List.of(ADMIN))).containsEntry(ADMIN, next);
    assertThat(open().pendingRotations()).containsEntry(ADMIN, next);

    store.finishRotation(List.of(ADMIN));
    store.finishRotation(List.of(ADMIN));
    assertThat(open().find(ADMIN)).contains(next);
    assertThat(open().pendingRotations()).isEmpty();
  }

  @Test
  void givesANameWithoutAPasswordItsFirstOneByARotation() {
    Secret first = open().beginRotation(List.of(ADMIN)).get(ADMIN);
    assertThat(open().find(ADMIN)).contains(first);
    assertThat(open().findNext(ADMIN)).contains(first);
    open().finishRotation(List.of(ADMIN));
    assertThat(open().find(ADMIN)).contains(first);
    assertThat(open().findNext(ADMIN)).isEmpty();
  }

  @Test
  void refusesAnotherTopologysFileAndNamesBoth() {
    open().ensure(ADMIN);
    assertThatThrownBy(() -> SecretStore.open(folder(), "staging"))
        .isInstanceOf(PppException.class)
        .hasMessageContainingAll("PPP803", "\"bookstore\"", "\"staging\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rw-----w-"})
  void refusesAFileThatOthersCanReadOrWriteAndSaysWhatToRun(String permissions) throws IOException {
    open().ensure(ADMIN);
    Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString(permissions));
    PppException e = catchThrowableOfType(PppException.class, this::open);
    assertThat(e.diagnostics().get(0).code()).isEqualTo(Code.SECRETS_FILE_EXPOSED);
    assertThat(e.diagnostics().get(0).hint()).contains("`chmod 600 '" + file() + "'`");
  }

  @Test
  void refusesAFolderInWhichOthersCanWrite() throws IOException {
    SecretStore store = open();
    store.ensure(ADMIN);
    Files.setPosixFilePermissions(folder(), PosixFilePermissions.fromString("rwxrwx---"));
    PppException e = catchThrowableOfType(PppException.class, this::open);
    assertThat(e.diagnostics().get(0).hint()).contains("`chmod 700 '" + folder() + "'`");
    assertThat(refusal(() -> store.ensure(POSTGRES))).isEqualTo(Code.SECRETS_FILE_EXPOSED);
  }

  @Test
  void refusesAnotherUsersFileUnlessItIsRoot() throws IOException {
    open().ensure(ADMIN);
    int owner = (Integer) Files.getAttribute(file(), "unix:uid");
    new FileGuard(owner).checkFile(file());
    new FileGuard(0).checkFile(file());
    assertThatThrownBy(() -> new FileGuard(owner + 1L).checkFile(file()))
        .isInstanceOf(PppException.class)
        .hasMessageContainingAll("PPP801", "belongs to");
  }

  @Test
  void leavesABrokenFileAsItIs() throws IOException {
    SecretStore store = open();
    store.ensure(ADMIN);
    Files.writeString(file(), "topology: bookstore\nsecrets: [");
    assertThat(refusal(() -> store.ensure(POSTGRES))).isEqualTo(Code.SECRETS_FILE_INVALID);
    assertThat(file()).hasContent("topology: bookstore\nsecrets: [");
  }

  @Test
  void saysThatTheFolderCannotBeMade() throws IOException {
    Files.writeString(folder(), "a file in the folder's place");
    assertThat(refusal(() -> open().ensure(ADMIN))).isEqualTo(Code.SECRETS_FILE_UNUSABLE);
  }

  @Test
  void losesNothingAmongThreads() throws InterruptedException, ExecutionException {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<?>> writers = new ArrayList<>();
      for (int t = 0; t < 8; t++) {
        SecretStore store = open();
        List<SecretName> own = names("thread" + t, 20);
        writers.add(threads.submit(() -> own.forEach(store::ensure)));
        writers.add(threads.submit(() -> own.forEach(name -> open().find(name))));
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(open().entries()).hasSize(160);
  }

  @Test
  void losesNothingAmongProcesses() throws IOException, InterruptedException {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      processes.add(
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Writer.class.getName(),
                  folder().toString(),
                  "process" + i)
              .redirectErrorStream(true)
              .redirectOutput(home.resolve("process" + i + ".log").toFile())
              .start());
    }
    Secret shared = open().ensure(SecretName.ofRole("shared"));
    for (int i = 0; i < 3; i++) {
      assertThat(processes.get(i).waitFor()).as(() -> "see the logs in " + home).isZero();
      assertThat(home.resolve("process" + i + ".log")).hasContent(shared.reveal());
    }
    assertThat(open().entries()).hasSize(3 * 40 + 1);
  }

  /** What each process of {@link #losesNothingAmongProcesses} runs. */
  static final class Writer {
    public static void main(String[] arguments) {
      SecretStore store = SecretStore.open(Path.of(arguments[0]), "bookstore");
      names(arguments[1], 40).forEach(store::ensure);
      System.out.println(store.ensure(SecretName.ofRole("shared")).reveal());
    }
  }

  @Test
  void writesAfterAProcessThatWasKilledWhileItWrote() throws IOException {
    open().ensure(ADMIN);
    Files.writeString(folder().resolve("secrets.yaml.new"), "topology: book");
    try (FileChannel left =
        FileChannel.open(folder().resolve("secrets.lock"), StandardOpenOption.WRITE)) {
      left.write(java.nio.ByteBuffer.allocate(1));
    }
    open().ensure(POSTGRES);
    assertThat(open().entries()).hasSize(2);
  }

  private static List<SecretName> names(String stem, int count) {
    return IntStream.range(0, count).mapToObj(i -> SecretName.ofRole(stem + "_" + i)).toList();
  }

  private SecretStore open() {
    return SecretStore.open(folder(), "bookstore", Clock.fixed(NOON, ZoneOffset.UTC));
  }

  private Path folder() {
    return home.resolve(".ppp");
  }

  private Path file() {
    return folder().resolve("secrets.yaml");
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static Code refusal(org.assertj.core.api.ThrowableAssert.ThrowingCallable work) {
    return catchThrowableOfType(PppException.class, work).diagnostics().get(0).code();
  }
}
