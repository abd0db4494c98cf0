package org.partitionproxy.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.partitionproxy.cli.InProcess.Result;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.ExitCode;
import org.partitionproxy.server.NeedsDocker;
import org.partitionproxy.testing.Running;

/**
 * The whole command line on one topology of containers. Every test leaves it initialized, so that
 * they may run in any order.
 */
@NeedsDocker
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock("docker")
class DockerScenarioIT {

  @TempDir private static Path temporary;

  private static DockerCheckout checkout;
  private static List<Result> starts;

  @BeforeAll
  static void startTwiceAtOnceAndInitialize() throws Exception {
    checkout = DockerCheckout.make(temporary);
    Running one = checkout.start(Map.of(), "start");
    Running other = checkout.start(Map.of(), "start");
    starts = List.of(one.result(), other.result());
    checkout.ppp("initialize").succeeded();
  }

  @AfterAll
  static void deleteEverything() throws Exception {
    List<String> project = projectFilter();
    checkout.ppp("stop", "--delete-data", "--yes").succeeded();
    assertThat(all("ps", "--all", project)).isEmpty();
    assertThat(all("volume", "ls", project)).isEmpty();
    assertThat(all("network", "ls", project)).isEmpty();
    assertThat(checkout.folder().resolve(".ppp/docker")).doesNotExist();
    assertThat(checkout.folder().resolve(".ppp/runtime")).doesNotExist();
  }

  private static List<String> projectFilter() throws IOException {
    String project =
        Files.readAllLines(checkout.folder().resolve(".ppp/docker/project")).get(0).strip();
    return List.of("--quiet", "--filter", "label=com.docker.compose.project=" + project);
  }

  private static List<String> all(String kind, String verb, List<String> filter) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(kind, verb));
    arguments.addAll(filter);
    return checkout.docker(arguments.toArray(new String[0]));
  }

  private static List<String> containers() throws Exception {
    return all("ps", "--all", projectFilter());
  }

  private static void isInStep() throws Exception {
    assertThat(checkout.ppp("plan", "--exit-code").succeeded().out())
        .isEqualTo("Nothing to do: the servers match shards.yaml.\n");
  }

  @Test
  void choosesDockerWhereAnEngineAnswersAndMakesOneSystemForTwoStarts() throws Exception {
    assertThat(starts).extracting(Result::status).as(starts.toString()).containsOnly(0);
    assertThat(starts).extracting(Result::err).allMatch(err -> err.startsWith("runtime: docker\n"));
    assertThat(starts)
        .extracting(Result::err)
        .filteredOn(err -> err.contains("building the image"))
        .hasSize(1);
    assertThat(checkout.folder().resolve(".ppp/runtime")).hasContent("docker");
    assertThat(containers()).hasSize(3);
    isInStep();
  }

  @Test
  void opensThePsqlOnThePath() throws Exception {
    assertThat(checkout.ask("SELECT current_user, count(*) > 9 FROM books", "bluth-co"))
        .isEqualTo("bluth_co_app|t");
    assertThat(checkout.ask("SELECT current_user, count(*) > 9 FROM initech.books", "veneer"))
        .isEqualTo("bookstore_app|t");
    assertThat(checkout.ask("SELECT current_user, current_schemas(false)", "shard2", "--admin"))
        .startsWith("bookstore_admin|");
  }

  @Test
  void opensThePsqlOfTheContainerWhereThereIsNone() throws Exception {
    Map<String, String> dockerOnly = checkout.onlyWith("docker");
    String who = "SELECT current_user, inet_server_port(), count(*) > 9 FROM books";
    assertThat(checkout.ask(dockerOnly, who, "bluth-co")).isEqualTo("bluth_co_app|5432|t");
    assertThat(checkout.ask(dockerOnly, who, "initech", "--via", "veneer"))
        .isEqualTo("initech_app|5432|t");
    assertThat(checkout.ask(dockerOnly, "\\! cat /etc/hostname", "veneer"))
        .isEqualTo(
            checkout.ask(dockerOnly, "\\! cat /etc/hostname", "cyberdyne", "--via", "veneer"))
        .isNotEqualTo(checkout.ask(dockerOnly, "\\! cat /etc/hostname", "cyberdyne"))
        .hasSize(12);
    assertThat(checkout.ppp(dockerOnly, "psql", "bluth-co", "-c", "SELECT nope").status())
        .isEqualTo(1);
  }

  @Test
  void showsNoPasswordInProcessesContainersOrImages() throws Exception {
    List<String> seen = new ArrayList<>();
    for (String target : List.of("bluth-co", "veneer")) {
      for (Map<String, String> path :
          List.of(Map.<String, String>of(), checkout.onlyWith("docker"))) {
        Running psql = checkout.start(path, "psql", target);
        psql.say("SELECT 'at work';");
        Awaitility.await().until(() -> psql.out().contains("at work"));
        assertThat(psql.commandLines()).anyMatch(line -> line.contains("psql"));
        seen.addAll(psql.commandLines());
        psql.say("\\! cat /proc/[0-9]*/cmdline | tr '\\0' ' '");
        seen.add(psql.result().succeeded().out());
      }
    }
    for (String container : containers()) {
      seen.addAll(checkout.docker("inspect", container));
    }
    String image = checkout.docker("inspect", "--format", "{{.Image}}", containers().get(0)).get(0);
    seen.addAll(checkout.docker("inspect", image));
    seen.addAll(checkout.docker("history", "--no-trunc", image));
    seen.add(Files.readString(checkout.folder().resolve("docker-compose.yml")));
    assertThat(checkout.passwords()).hasSizeGreaterThan(6);
    String text = String.join("\n", seen);
    checkout
        .passwords()
        .forEach((name, password) -> assertThat(text.contains(password)).as(name).isFalse());
  }

  @Test
  void showsTheStatementsThatAShardWasAskedForATenant() throws Exception {
    checkout.ask("SELECT title FROM initech.books WHERE published = 1929", "veneer");
    checkout.ask("SELECT 'not for initech'", "cyberdyne");
    Awaitility.await()
        .untilAsserted(
            () ->
                assertThat(checkout.ppp("show-logs", "initech").succeeded().out())
                    .contains("SELECT title FROM initech.books WHERE ((published = 1929))")
                    .doesNotContain("not for initech"));
    assertThat(checkout.ppp("show-logs", "veneer", "--grep", "1929").succeeded().out())
        .contains("bookstore_app", "SELECT title FROM initech.books WHERE published = 1929");
  }

  @Test
  void showsItsServersItsTenantsAndItsHistory() throws Exception {
    assertThat(checkout.ppp("status").succeeded().out().replaceAll(" +", " "))
        .containsPattern("veneer docker 127\\.0\\.0\\.1:\\d+ bookstore answers 18\\.")
        .containsPattern("initech shard2 initech 2 \\d+ kB 0 in step");
    assertThat(checkout.ppp("history").succeeded().out()).contains("initialize", "done");
  }

  @Test
  void followsANewMigrationIntoTheVeneer() throws Exception {
    checkout.migration("V9__shelves.sql", "ALTER TABLE books ADD COLUMN shelf text DEFAULT 'A1';");
    assertThat(checkout.ppp("plan", "--exit-code").status()).isEqualTo(ExitCode.FINDINGS.status());
    checkout.ppp("migrate").succeeded();
    assertThat(checkout.ask("SELECT DISTINCT shelf FROM initech.books", "veneer")).isEqualTo("A1");
    isInStep();
  }

  @Test
  void keepsItsDataOverStopAndStart() throws Exception {
    checkout.ask("CREATE TABLE IF NOT EXISTS kept AS SELECT 42 AS answer", "initech", "--admin");
    List<String> before = checkout.docker("volume", "ls", "--quiet");
    checkout.ppp("stop").succeeded();
    assertThat(checkout.ppp("plan").status()).isEqualTo(ExitCode.UNREACHABLE.status());
    checkout.ppp("start").succeeded();
    assertThat(checkout.docker("volume", "ls", "--quiet")).containsAll(before);
    assertThat(checkout.ask("SELECT answer FROM kept", "initech", "--admin")).isEqualTo("42");
    checkout.ask("DROP TABLE kept", "initech", "--admin");
    isInStep();
  }

  @Test
  void refusesToStartAnotherSystemWhenTheEngineIsGone() throws Exception {
    for (Map<String, String> without :
        List.of(
            checkout.onlyWith(),
            Map.of("DOCKER_HOST", "unix://" + checkout.folder().resolve("no.sock")))) {
      Result start = checkout.ppp(without, "start");
      assertThat(start.status()).isEqualTo(ExitCode.UNREACHABLE.status());
      assertThat(start.err())
          .contains(Code.DOCKER_UNAVAILABLE + "]: no Docker engine answers")
          .contains("The servers are containers");
      assertThat(checkout.ppp(without, "start", "--runtime", "embedded").status())
          .isEqualTo(ExitCode.REFUSED.status());
    }
    assertThat(checkout.folder().resolve(".ppp/runtime")).hasContent("docker");
    assertThat(checkout.folder().resolve(".ppp/embedded")).doesNotExist();
    isInStep();
  }

  @Test
  void tearsDownAndInitializesAgain() throws Exception {
    checkout.ppp("teardown", "--all", "--drop-data", "--yes").succeeded();
    assertThat(checkout.ppp("psql", "initech", "-c", "SELECT 1").status()).isNotZero();
    assertThat(containers()).hasSize(3);
    checkout.ppp("initialize").succeeded();
    assertThat(checkout.ask("SELECT count(*) > 9 FROM bluth_co.books", "veneer")).isEqualTo("t");
    isInStep();
  }
}
