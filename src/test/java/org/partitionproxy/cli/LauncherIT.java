package org.partitionproxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs {@code bin/ppp} of this build as a user does. */
class LauncherIT {

  private static final Path LAUNCHER = Path.of("bin/ppp").toAbsolutePath();
  private static final String JAVA_HOME = System.getProperty("java.home");

  @TempDir Path folder;

  private record Result(int status, String out, String err) {}

  private Result sh(String script, Map<String, String> environment)
      throws IOException, InterruptedException {
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(List.of("/bin/sh", "-c", script, "sh", LAUNCHER.toString()))
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().put("JAVA_HOME", JAVA_HOME);
    builder.environment().putAll(environment);
    int status = builder.start().waitFor();
    return new Result(status, Files.readString(out), Files.readString(err, StandardCharsets.UTF_8));
  }

  private Result sh(String script) throws IOException, InterruptedException {
    return sh(script, Map.of());
  }

  @Test
  void runsThroughLinksFromAnyDirectory() throws IOException, InterruptedException {
    Result result = sh("ln -s \"$1\" one && ln -s one two && ./two --version; rm one two");
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).isEqualTo("ppp " + Version.current() + "\n");
    assertThat(result.status()).isZero();
  }

  @Test
  void saysHowToBuildWhenNothingIsBuilt() throws IOException, InterruptedException {
    Result result = sh("mkdir bin && cp \"$1\" bin && bin/ppp --version");
    assertThat(result.status()).isEqualTo(3);
    assertThat(result.err())
        .startsWith("error: nothing is built yet in \"")
        .contains("hint: Run `make -C '" + folder.toRealPath() + "' build`");
  }

  @Test
  void saysThatThereIsNoJavaNewEnough() throws IOException, InterruptedException {
    Path java = folder.resolve("bin/java");
    Files.createDirectories(java.getParent());
    Files.writeString(java, "#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n");
    Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
    Result result =
        sh(
            "PATH=\"$PWD/bin:/usr/bin:/bin\" \"$1\" --version",
            Map.of("JAVA_HOME", folder.toString()));
    assertThat(result.status()).isEqualTo(3);
    assertThat(result.err())
        .startsWith(
            "error: ppp needs Java 17 or newer, and found none in JAVA_HOME or on the PATH");
  }

  @Test
  void passesOverAnArchiveThatDoesNotFitWithoutAWord() throws IOException, InterruptedException {
    Result result =
        sh(
            "echo junk > junk.jsa && \"$1\" --version",
            Map.of("PPP_JAVA_OPTIONS", "-XX:SharedArchiveFile=junk.jsa"));
    assertThat(result).isEqualTo(new Result(0, "ppp " + Version.current() + "\n", ""));
  }

  @Test
  void understandsAndWritesUtf8WhateverTheLocale() throws IOException, InterruptedException {
    Result result = sh("\"$1\" bücher-ß", Map.of("LC_ALL", "C"));
    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err()).startsWith("error[PPP101]: unknown command \"bücher-ß\"\n");
  }

  @Test
  void endsQuietlyWithoutAReaderOrStandardStreams() throws IOException, InterruptedException {
    assertThat(sh("(\"$1\" completion bash; echo $? >&2) | true").err()).isEqualTo("141\n");
    assertThat(sh("\"$1\" --version <&- >&- 2>&-")).isEqualTo(new Result(0, "", ""));
  }

  @Test
  void usesNoColoursOutsideATerminal() throws IOException, InterruptedException {
    Result result = sh("\"$1\" --help; \"$1\" --hepl", Map.of("TERM", "xterm-256color"));
    assertThat(result.out() + result.err()).contains("Usage:", "error[").doesNotContain("\u001b");
  }
}
