package org.partitionproxy.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.testing.TestServer;

/** On a server of its own, whose log it turns and cuts. */
class LogFollowerIT {

  private final LogTopology topology = LogTopology.on(TestServer.shared("rotation"));
  private final LogTally tally = new LogTally();
  private final List<String> followed = new ArrayList<>();
  private final LogQuery query = topology.query(Optional.of(topology.initech()), 0);
  private Session admin;
  private Session tenant;
  private LogReader reader;
  private LogFollower follower;

  @BeforeEach
  void follow() {
    admin = topology.admin("ppp test");
    tenant = topology.as(topology.initech());
    reader = LogReader.open(admin, query, tally);
    follower = reader.newest().follower();
  }

  @AfterEach
  void close() {
    admin.execute(Sql.of("ALTER SYSTEM RESET log_checkpoints"));
    admin.execute(Sql.of("ALTER SYSTEM RESET log_filename"));
    admin.execute(Sql.of("SELECT pg_reload_conf()"));
    tenant.close();
    admin.close();
  }

  private void ask(int number) {
    tenant.execute(Sql.of("SELECT {}", Literal.of("n" + number)));
  }

  private void poll() {
    follower.poll(reader, entry -> followed.add(entry.statement().orElse(entry.message())));
  }

  private void awaitNumbers(int first, int last) {
    List<String> expected = new ArrayList<>();
    for (int i = first; i <= last; i++) {
      expected.add("SELECT 'n" + i + "'");
    }
    await()
        .untilAsserted(
            () -> {
              poll();
              assertThat(followed).filteredOn(s -> s.startsWith("SELECT 'n")).isEqualTo(expected);
            });
  }

  private String currentFile() {
    return admin
        .queryOne("SELECT ppp.log_current() AS name", row -> row.string("name"))
        .orElseThrow();
  }

  /** Has the server write to another file. */
  private void rotateTo(String base) {
    admin.execute(Sql.of("ALTER SYSTEM SET log_filename = {}", Literal.of(base + ".log")));
    admin.execute(Sql.of("SELECT pg_reload_conf()"));
    await().until(() -> currentFile().equals(base + ".json"));
  }

  private String unique(String name) {
    return name + "-" + topology.shard().database();
  }

  private void shell(String command) {
    // COPY sends a line, which the command has to take.
    String program = "cat > /dev/null && cd log && " + command;
    admin.execute(Sql.of("COPY (SELECT) TO PROGRAM {}", Literal.of(program)));
  }

  @Test
  void givesEachLineOnceWhileItGrows() {
    for (int i = 1; i <= 20; i++) {
      ask(i);
      poll();
    }
    awaitNumbers(1, 20);
  }

  @Test
  void goesOnInTheNextFileAndInAllThatCameMeanwhile() {
    ask(1);
    rotateTo(unique("first"));
    ask(2);
    awaitNumbers(1, 2);
    ask(3);
    rotateTo(unique("second"));
    ask(4);
    rotateTo(unique("third"));
    ask(5);
    rotateTo(unique("fourth"));
    ask(6);
    awaitNumbers(1, 6);
  }

  @Test
  void goesOnAfterARotationOnDemand() {
    // A name that tells seconds: within one, a rotation comes back to its file.
    admin.execute(Sql.of("ALTER SYSTEM SET log_filename = 'demand-%H%M%S.log'"));
    admin.execute(Sql.of("SELECT pg_reload_conf()"));
    await().until(() -> currentFile().startsWith("demand-"));
    ask(1);
    String before = currentFile();
    await()
        .until(
            () -> {
              admin.execute(Sql.of("SELECT pg_rotate_logfile()"));
              return !currentFile().equals(before);
            });
    ask(2);
    awaitNumbers(1, 2);
  }

  @Test
  void comesBackToAFileThatIsUsedAgain() {
    rotateTo(unique("old"));
    ask(1);
    rotateTo(unique("new"));
    ask(2);
    awaitNumbers(1, 2);
    rotateTo(unique("old"));
    ask(3);
    awaitNumbers(1, 3);
    ask(4);
    awaitNumbers(1, 4);
  }

  @Test
  void startsAgainInAFileThatWasTruncatedSinceItWasSeen() {
    rotateTo(unique("ring"));
    ask(1);
    rotateTo(unique("other"));
    ask(2);
    awaitNumbers(1, 2);
    shell(": > " + unique("ring") + ".json");
    rotateTo(unique("ring"));
    for (int i = 3; i <= 10; i++) {
      ask(i);
    }
    awaitNumbers(1, 10);
  }

  @Test
  void startsAgainInAFileThatIsTruncatedWhileItIsRead() {
    rotateTo(unique("cut"));
    ask(1);
    awaitNumbers(1, 1);
    shell(": > " + unique("cut") + ".json");
    for (int i = 2; i <= 10; i++) {
      ask(i);
    }
    awaitNumbers(1, 10);
  }

  @Test
  void goesOnAfterItsFileVanished() {
    rotateTo(unique("gone"));
    ask(1);
    awaitNumbers(1, 1);
    shell("rm " + unique("gone") + ".json");
    poll();
    rotateTo(unique("there"));
    ask(2);
    awaitNumbers(1, 2);
  }

  @Test
  void waitsForTheRestOfALineThatIsCutInsideACharacter() {
    admin.execute(Sql.of("ALTER SYSTEM SET log_checkpoints = off")); // nothing in between
    rotateTo(unique("pieces"));
    ask(1);
    awaitNumbers(1, 1);
    String line =
        """
        {"timestamp":"2026-11-20 10:00:00.000 UTC","user":"%s","dbname":"%s",\
        "error_severity":"LOG","message":"statement: SELECT 'zw\u00f6lf'"}"""
            .formatted(topology.initech().role(), topology.shard().database());
    int cut = line.indexOf('\u00f6');
    String file = unique("pieces") + ".json";
    String bytes = " >> " + file;
    shell("printf '%s\\303' " + quoted(line.substring(0, cut)) + bytes);
    poll();
    assertThat(followed).noneMatch(s -> s.contains("lf"));
    shell("printf '\\266%s\\n' " + quoted(line.substring(cut + 1)) + bytes);
    poll();
    assertThat(followed).contains("SELECT 'zw\u00f6lf'");
    assertThat(tally.unreadable()).isZero();
  }

  @Test
  void countsLinesThatAreNoJsonAndGoesOn() {
    rotateTo(unique("broken"));
    ask(1);
    awaitNumbers(1, 1);
    shell("printf '{\"timestamp\":\"20\\nnot json\\n\\n' >> " + unique("broken") + ".json");
    ask(2);
    awaitNumbers(1, 2);
    assertThat(tally.unreadable()).isEqualTo(2);
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
