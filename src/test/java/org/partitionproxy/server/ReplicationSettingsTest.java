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

class ReplicationSettingsTest {

  private final Topology topology =
      TopologyReader.read(
          Path.of("src/test/resources/topology/valid/replicas.yaml"), new TreeMap<>());

  private ServerDefinition server(String name) {
    return topology.findServer(name).orElseThrow();
  }

  private Map<String, String> wanted(String name, int version) {
    return ReplicationSettings.wanted(topology, server(name), version);
  }

  @Test
  void givesAShardSlotsForItsReplicasAndABoundForWhatTheyKeep() {
    assertThat(wanted("shard1", 18))
        .containsEntry("wal_level", "logical")
        .containsEntry("max_replication_slots", "15")
        .containsEntry("max_wal_senders", "15")
        .containsEntry("max_slot_wal_keep_size", "10GB");
  }

  /** One replica is within PostgreSQL's defaults, so that external servers need no more. */
  @Test
  void asksOfAShardWithOneReplicaForNoMoreThanTheDefaultsBesideTheLevel() {
    assertThat(ReplicationSettings.least(topology, server("shard2"), 18))
        .containsOnly(
            Map.entry("wal_level", "logical"),
            Map.entry("max_replication_slots", "10"),
            Map.entry("max_wal_senders", "10"));
  }

  @Test
  void countsAReplicasOriginsWhereItsVersionCountsThem() {
    assertThat(wanted("archive", 18))
        .containsEntry("max_active_replication_origins", "20")
        .doesNotContainKeys("max_replication_slots", "wal_level", "max_slot_wal_keep_size");
    assertThat(wanted("archive", 17))
        .containsEntry("max_replication_slots", "20")
        .doesNotContainKey("max_active_replication_origins");
  }

  /** A replica that has stopped tells by it how old its rows are. */
  @Test
  void asksForCommitTimesOnlyOfAReplicaThatGivesReads() {
    assertThat(wanted("archive", 15)).containsEntry("track_commit_timestamp", "on");
    assertThat(wanted("shard2-replica", 15)).containsEntry("track_commit_timestamp", "on");
    assertThat(wanted("shard1", 15)).doesNotContainKey("track_commit_timestamp");
    assertThat(ReplicationSettings.least(topology, server("archive"), 15))
        .containsEntry("track_commit_timestamp", "on");
    assertThat(ReplicationSettings.least(topology, server("shard2-replica"), 15))
        .doesNotContainKey("track_commit_timestamp");
  }

  @Test
  void leavesServersWithoutReplicasAlone() {
    assertThat(wanted("veneer", 18)).isEmpty();
  }

  @Test
  void isOverriddenByTheFilesSettings() {
    ServerDefinition shard =
        TemporaryCheckout.with(
            server("shard1"), "127.0.0.1", 29948, Map.of("max_slot_wal_keep_size", "1GB"));
    Map<String, String> wanted = ReplicationSettings.wanted(topology, shard, 18);
    assertThat(
            ServerSettings.of(shard, Path.of("/run/x"), "x", InspectionLevel.OFF, 18)
                .over(wanted)
                .text())
        .contains("wal_level = 'logical'\n", "max_slot_wal_keep_size = '1GB'\n")
        .doesNotContain("10GB");
    assertThat(ContainerSettings.of(shard, InspectionLevel.OFF, wanted))
        .contains("wal_level = 'logical'\n", "max_slot_wal_keep_size = '1GB'\n")
        .doesNotContain("10GB");
  }
}
