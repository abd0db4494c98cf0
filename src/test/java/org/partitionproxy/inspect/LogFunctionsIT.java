package org.partitionproxy.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.testing.TestServer;

class LogFunctionsIT {

  private final LogTopology topology = LogTopology.on(TestServer.shared("a"));

  @Test
  void listsAndReadsTheCurrentFile() {
    try (Session session = topology.admin("ppp test")) {
      LogFiles files = new LogFiles(session);
      LogFile current = files.list().get(files.list().size() - 1);
      assertThat(current.current()).isTrue();
      assertThat(current.name()).endsWith(".json").doesNotContain("/");
      assertThat(current.sizeBytes()).isPositive();
      assertThat(current.head()).startsWith("{\"timestamp\":\"20");
      assertThat(files.read(current.name(), 1, 10))
          .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
          .contains("\"timestamp");
      assertThat(files.read(current.name(), current.sizeBytes() + (1L << 40), 10))
          .hasValueSatisfying(bytes -> assertThat(bytes).isEmpty());
      assertThat(files.read("never-written.json", 0, 10)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../postgresql.auto.conf",
        "../base/x.json",
        "/etc/passwd",
        "/etc/x.json",
        ".",
        "..",
        "",
        ".hidden.json",
        "./x.json",
        "a/../../x.json",
        "..\\x.json",
        "x.json\n",
        "x.json/",
        "postgresql.log",
        "%2e%2e/x.json",
      })
  void refusesWhateverIsNotAFileOfTheLog(String name) {
    try (Session session = topology.admin("ppp test")) {
      assertThat(refusal(new LogFiles(session), name)).isEqualTo("22023");
    }
  }

  private static String refusal(LogFiles files, String name) {
    return catchThrowableOfType(SqlFailure.class, () -> files.read(name, 0, 10)).sqlState();
  }

  @Test
  void readsNoFolderWithTheNameOfALogFile() {
    try (Session session = topology.admin("ppp test")) {
      session.execute(
          Sql.of(
              "COPY (SELECT) TO PROGRAM"
                  + " 'cat > /dev/null; mkdir -p log/folder.json && touch log/.dot.json'"));
      LogFiles files = new LogFiles(session);
      assertThat(files.list())
          .extracting(LogFile::name)
          .doesNotContain("folder.json", ".dot.json")
          .allMatch(name -> name.endsWith(".json"));
      assertThat(files.read("folder.json", 0, 10)).isEmpty();
      session.execute(Sql.of("COPY (SELECT) TO PROGRAM 'rmdir log/folder.json; rm log/.dot.json'"));
    }
  }

  @Test
  void refusesOffsetsAndLengthsOutOfRange() {
    try (Session session = topology.admin("ppp test")) {
      LogFiles files = new LogFiles(session);
      String current = files.list().get(files.list().size() - 1).name();
      for (long[] range : new long[][] {{-1, 10}, {0, -1}, {0, (8 << 20) + 1}}) {
        assertThat(
                catchThrowableOfType(
                        SqlFailure.class, () -> files.read(current, range[0], (int) range[1]))
                    .sqlState())
            .isEqualTo("22023");
      }
    }
  }

  @Test
  void canBeMadeAgainAndIsForNobodyWithoutAGrant() {
    try (Session session = topology.admin("ppp test")) {
      session.execute(LogTopology.functions());
      session.execute(Sql.of("GRANT USAGE ON SCHEMA ppp TO {}", topology.initech().role()));
      try (Session tenant = topology.as(topology.initech())) {
        LogFiles files = new LogFiles(tenant);
        assertThat(catchThrowableOfType(SqlFailure.class, files::list).sqlState())
            .isEqualTo("42501");
        assertThat(refusal(files, "x.json")).isEqualTo("42501");
        session.execute(
            Sql.of(
                "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ppp TO {}", topology.initech().role()));
        assertThat(files.list()).isNotEmpty();
        assertThat(refusal(files, "../PG_VERSION")).isEqualTo("22023");
      }
    }
  }

  @Test
  void doesNotFallForFunctionsAndOperatorsOfTheCaller() {
    try (Session session = topology.admin("ppp test")) {
      session.execute(
          List.of(
              Sql.of("GRANT USAGE ON SCHEMA ppp TO {}", topology.globex().role()),
              Sql.of(
                  "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ppp TO {}", topology.globex().role())));
    }
    try (Session tenant = topology.as(topology.globex())) {
      tenant.execute(
          List.of(
              Sql.of("CREATE TEMP TABLE pg_ls_logdir (name text)"),
              Sql.of(
                  "CREATE FUNCTION {}.never(text, text) RETURNS bool LANGUAGE sql"
                      + " AS 'SELECT false'",
                  topology.globex().schema()),
              Sql.of(
                  "CREATE OPERATOR {}.!~ (FUNCTION = {}.never, LEFTARG = text, RIGHTARG = text)",
                  topology.globex().schema(),
                  topology.globex().schema()),
              Sql.of("SET search_path = {}, pg_temp, pg_catalog", topology.globex().schema())));
      assertThat(refusal(new LogFiles(tenant), "../PG_VERSION")).isEqualTo("22023");
      assertThat(
              tenant.queryOne(
                  "SELECT pg_catalog.has_function_privilege("
                      + "'pg_catalog.pg_read_binary_file(text)', 'EXECUTE') AS may",
                  row -> row.bool("may")))
          .isEqualTo(Optional.of(false));
    }
  }
}
