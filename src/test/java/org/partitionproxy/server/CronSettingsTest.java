package org.partitionproxy.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.partitionproxy.topology.InspectionLevel;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Topology;
import org.partitionproxy.topology.TopologyReader;

class CronSettingsTest {

  private static final String INCLUDED = "include_if_exists = '/usr/local/share/ppp/image.conf'\n";

  private static Topology topology(String file) {
    return TopologyReader.read(
        Path.of("src/test/resources/topology/valid/" + file), new TreeMap<>());
  }

  private static boolean isWanted(String file, String server) {
    Topology topology = topology(file);
    return CronSettings.isWanted(topology, topology.findServer(server).orElseThrow());
  }

  private static String inContainer(String file, String server) {
    Topology topology = topology(file);
    return ContainerSettings.of(topology, topology.findServer(server).orElseThrow());
  }

  @Test
  void isForShardsOnWhichSomethingRunsOnASchedule() {
    assertThat(isWanted("jobs.yaml", "shard1")).isTrue();
    assertThat(isWanted("rollups.yaml", "shard1")).isTrue();
    assertThat(isWanted("partitions.yaml", "shard1")).isTrue();
    assertThat(isWanted("jobs.yaml", "veneer")).isFalse();
    assertThat(isWanted("replicas.yaml", "shard1")).isFalse();
  }

  /** Whether there is a library to load, only the image can know. */
  @Test
  void leavesToTheImageWhatIsLoadedInAContainer() {
    assertThat(inContainer("replicas.yaml", "shard1"))
        .contains(INCLUDED, "cron.use_background_workers = 'on'\n", "wal_level = 'logical'\n")
        .doesNotContain("shared_preload_libraries");
    assertThat(inContainer("replicas.yaml", "veneer")).doesNotContain("include", "cron.");
    assertThat(inContainer("replicas.yaml", "archive")).doesNotContain("include", "cron.");
  }

  @Test
  void isOverriddenByTheFilesSettings() {
    ServerDefinition shard =
        TemporaryCheckout.with(
            topology("jobs.yaml").shards().get(0),
            "127.0.0.1",
            29948,
            Map.of("shared_preload_libraries", "pg_stat_statements"));
    assertThat(
            ServerSettings.of(shard, Path.of("/run/x"), "x", InspectionLevel.OFF, 18)
                .over(CronSettings.preloading())
                .text())
        .contains("shared_preload_libraries = 'pg_stat_statements'\n")
        .doesNotContain("'pg_cron'");
    String text =
        ContainerSettings.of(
            shard,
            InspectionLevel.OFF,
            new TreeMap<>(Map.of("include_if_exists", "/usr/local/share/ppp/image.conf")));
    assertThat(text.indexOf("shared_preload_libraries = 'pg_stat_statements'\n"))
        .isGreaterThan(text.indexOf(INCLUDED));
  }
}
