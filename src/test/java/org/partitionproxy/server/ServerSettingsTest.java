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
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;

class ServerSettingsTest {

  private static String text(Map<String, String> settings) {
    ServerDefinition server =
        ServerDefinition.local(new ServerName("shard1"), 29948, Identifier.of("shop"));
    return ServerSettings.of(
            TemporaryCheckout.with(server, "127.0.0.1", 29948, settings),
            Path.of("/run/x"),
            "shop/shard1")
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
  void logsStatementsIntoARingOfADay() {
    assertThat(text(Map.of()))
        .contains(
            "logging_collector = 'on'\n",
            "log_destination = 'jsonlog'\n",
            "log_filename = 'ppp-%H.log'\n",
            "log_rotation_age = '60min'\n",
            "log_truncate_on_rotation = 'on'\n",
            "log_statement = 'all'\n");
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
