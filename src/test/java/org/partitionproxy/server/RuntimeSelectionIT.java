package org.partitionproxy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.topology.RuntimeChoice;

class RuntimeSelectionIT {

  private final TemporaryCheckout checkout = TemporaryCheckout.make();

  @AfterEach
  void remove() {
    checkout.close();
  }

  private RuntimeSelection says(RuntimeChoice choice) {
    checkout.choice(choice);
    return new RuntimeSelection(checkout.topology());
  }

  private static Diagnostic problemOf(Runnable work) {
    List<Diagnostic> problems = catchThrowableOfType(PppException.class, work::run).diagnostics();
    assertThat(problems).hasSize(1);
    return problems.get(0);
  }

  @Test
  void choosesDockerWhereAnEngineAnswersAndKeepsToItWhenItIsGone() {
    RuntimeSelection selection = says(RuntimeChoice.AUTO);
    assertThat(selection.choose(Optional.empty(), () -> true)).isEqualTo(RuntimeKind.DOCKER);
    assertThat(selection.choose(Optional.empty(), () -> false)).isEqualTo(RuntimeKind.DOCKER);
    assertThat(selection.require()).isEqualTo(RuntimeKind.DOCKER);
  }

  @Test
  void choosesEmbeddedWithoutAnEngineAndKeepsToItWhenOneComes() {
    RuntimeSelection selection = says(RuntimeChoice.AUTO);
    assertThat(selection.choose(Optional.empty(), () -> false)).isEqualTo(RuntimeKind.EMBEDDED);
    assertThat(selection.choose(Optional.of(RuntimeChoice.AUTO), () -> true))
        .isEqualTo(RuntimeKind.EMBEDDED);
  }

  @Test
  void takesWhatTheCommandLineAsksForWhereTheFileLeavesItOpen() {
    RuntimeSelection selection = says(RuntimeChoice.AUTO);
    assertThat(selection.choose(Optional.of(RuntimeChoice.DOCKER), () -> false))
        .isEqualTo(RuntimeKind.DOCKER);
    assertThat(problemOf(() -> selection.choose(Optional.of(RuntimeChoice.EMBEDDED), () -> false)))
        .satisfies(
            problem -> {
              assertThat(problem.code()).isEqualTo(Code.RUNTIME_CHANGED);
              assertThat(problem.summary()).contains("docker", "embedded", "--runtime");
            });
  }

  @Test
  void refusesAnotherRuntimeThanTheRecordedOne() {
    says(RuntimeChoice.EMBEDDED).choose(Optional.empty(), () -> false);
    RuntimeSelection changed = says(RuntimeChoice.EXTERNAL);
    assertThat(problemOf(changed::require).summary())
        .contains("embedded", "external", "shards.yaml");
    assertThat(problemOf(() -> changed.choose(Optional.empty(), () -> false)).code())
        .isEqualTo(Code.RUNTIME_CHANGED);
    assertThat(says(RuntimeChoice.AUTO).require()).isEqualTo(RuntimeKind.EMBEDDED);
  }

  @Test
  void refusesACommandLineAgainstTheFileAndRecordsNothing() {
    RuntimeSelection selection = says(RuntimeChoice.EMBEDDED);
    assertThat(problemOf(() -> selection.choose(Optional.of(RuntimeChoice.DOCKER), () -> true)))
        .extracting(Diagnostic::code)
        .isEqualTo(Code.RUNTIME_CHANGED);
    assertThat(checkout.topology().stateFolder()).doesNotExist();
  }

  @Test
  void saysThatNothingWasStartedYet() {
    RuntimeSelection selection = says(RuntimeChoice.AUTO);
    assertThat(selection.find()).isEmpty();
    assertThat(problemOf(selection::require).code()).isEqualTo(Code.NEVER_STARTED);
    assertThat(says(RuntimeChoice.EXTERNAL).require()).isEqualTo(RuntimeKind.EXTERNAL);
  }

  @Test
  void keepsItsFolderToItself() throws IOException {
    says(RuntimeChoice.AUTO).choose(Optional.empty(), () -> false);
    assertThat(Files.getPosixFilePermissions(checkout.topology().stateFolder()))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
  }

  @Test
  void namesTheFileWhenItsRecordCannotBeRead() {
    new StateFolder(checkout.topology().stateFolder()).write(RuntimeSelection.RECORD, "podman");
    assertThat(problemOf(says(RuntimeChoice.AUTO)::find).summary())
        .contains(".ppp/runtime", "podman");
  }
}
