package org.partitionproxy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.InspectionLevel;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;

class ServerSettingsTest {

  private static String text(Map<String, String> settings) {
    return text(settings, InspectionLevel.STATEMENTS);
  }

  private static String text(Map<String, String> settings, InspectionLevel level) {
    ServerDefinition server =
        ServerDefinition.local(new ServerName("shard1"), 29948, Identifier.of("shop"));
    return ServerSettings.of(
            TemporaryCheckout.with(server, "127.0.0.1", 29948, settings),
            Path.of("/run/x"),
            "shop/shard1",
            level,
            15)
        .text();
  }

  @Test
  void putsTheFilesSettingsOverItsOwn() {
    assertThat(text(Map.of("max_connections", "50")))
        .contains("port = '29948'\n", "max_connections = '50'\n")
        .doesNotContain("max_connections = '200'");
    assertThat(text(Map.of("Max_Connections", "50"))).doesNotContain("max_connections = '200'");
  }

  @Test
  void logsStatementsWithTheirDurationsForADay() {
    assertThat(text(Map.of()))
        .contains(
            "logging_collector = 'on'\n",
            "log_destination = 'jsonlog'\n",
            "log_filename = 'ppp-%H%M.log'\n",
            "log_rotation_age = '10min'\n",
            "log_truncate_on_rotation = 'on'\n",
            "log_statement = 'none'\n",
            "log_min_duration_statement = '0'\n")
        .doesNotContain("auto_explain");
  }

  @Test
  void logsNothingOfStatementsWhereInspectionIsOff() {
    assertThat(text(Map.of(), InspectionLevel.OFF))
        .contains("log_statement = 'none'\n", "log_min_duration_statement = '-1'\n");
  }

  @Test
  void loadsTheLibraryForPlansBesideThoseOfTheFile() {
    assertThat(text(Map.of("session_preload_libraries", "auth_delay"), InspectionLevel.ROWS))
        .contains(
            "session_preload_libraries = 'auth_delay, auto_explain'\n",
            "auto_explain.log_nested_statements = 'off'\n")
        .doesNotContain("auto_explain.log_parameter_max_length");
  }

  @Test
  void quotesValuesSoThatNoneBecomesALine() {
    assertThat(ServerSettings.quoted("it's \\ a\nport = 1")).isEqualTo("'it''s \\\\ a\\nport = 1'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"port", "PORT", "include", "data_directory", "unix_socket_directories", "a b", ""})
  void refusesWhatIsPppsOwnAndWhatIsNoName(String name) {
    Map<String, String> settings = Map.of(name, "1");
    assertThatThrownBy(() -> text(settings))
        .isInstanceOf(PppException.class)
        .hasMessageContaining("setting \"" + name + "\" of server \"shard1\"");
  }
}
