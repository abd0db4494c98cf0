package org.partitionproxy.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.InspectionLevel;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;

class ContainerSettingsTest {

  private final ServerDefinition server =
      ServerDefinition.local(ServerName.VENEER, 14797, Identifier.of("bookstore"));

  @Test
  void logsAsJsonWhatTheLevelSays() {
    assertThat(ContainerSettings.of(server, InspectionLevel.ROWS, Map.of()))
        .contains(
            "log_destination = 'jsonlog'\n",
            "log_min_duration_statement = '0'\n",
            "auto_explain.log_parameter_max_length = '0'\n",
            "session_preload_libraries = 'auto_explain'\n");
  }

  @Test
  void prefersTheUsersSettings() {
    ServerDefinition quiet =
        DockerTopology.with(
            server, new TreeMap<>(Map.of("log_statement", "ddl", "work_mem", "8MB")));
    assertThat(ContainerSettings.of(quiet, InspectionLevel.ROWS, Map.of()))
        .contains("log_statement = 'ddl'\n", "work_mem = '8MB'\n")
        .doesNotContain("log_statement = 'none'");
  }

  @Test
  void keepsThePortThatIsPublished() {
    ServerDefinition moved = DockerTopology.with(server, new TreeMap<>(Map.of("port", "1")));
    assertThat(ContainerSettings.of(moved, InspectionLevel.ROWS, Map.of()))
        .contains("port = '5432'\n")
        .doesNotContain("'1'");
  }

  @Test
  void quotesValues() {
    ServerDefinition odd =
        DockerTopology.with(server, new TreeMap<>(Map.of("cluster_name", "it's\n\\ odd")));
    assertThat(ContainerSettings.of(odd, InspectionLevel.ROWS, Map.of()))
        .contains("cluster_name = 'it''s\\n\\\\ odd'\n");
  }
}
