package org.partitionproxy.provision;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.partitionproxy.db.Connector;
import org.partitionproxy.diagnostic.ExitCode;
import org.partitionproxy.ledger.Origin;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.Stage;
import org.partitionproxy.secret.SecretStore;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.testing.ServerLog;
import org.partitionproxy.testing.TestServer;
import org.partitionproxy.topology.IdChoice;
import org.partitionproxy.topology.JoinChoice;
import org.partitionproxy.topology.KeyEncoding;
import org.partitionproxy.topology.PartitionPolicy;
import org.partitionproxy.topology.PartitionRules;
import org.partitionproxy.topology.RangeLength;
import org.partitionproxy.topology.RangeUnit;
import org.partitionproxy.topology.Retirement;
import org.partitionproxy.topology.RuntimeChoice;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.TenantName;
import org.partitionproxy.topology.Topology;

class QueryCountIT {

  private static final String PLAN = "\"application_name\":\"ppp plan\"";

  private static final RunListener SILENT =
      new RunListener() {
        @Override
        public void stage(Stage stage, int total) {}

        @Override
        public void committed(ServerDefinition server, List<Change> changes) {}
      };

  @TempDir Path home;

  @Test
  void asksEachServerTheSameNumberOfQuestionsHoweverManyTenantsItHas() throws IOException {
    List<Long> few = statementsOfAPlan(3);
    assertThat(few).allMatch(count -> count > 0);
    assertThat(statementsOfAPlan(30)).isEqualTo(few);
  }

  /** Of a plan that finds nothing to do: on the veneers and on the shard. */
  private List<Long> statementsOfAPlan(int tenants) throws IOException {
    Topology topology = topology(tenants);
    initialize(topology);
    SecretStore secrets = SecretStore.open(topology.stateFolder(), topology.name());
    try (Provisioner provisioner = provisioner(topology, secrets, "ppp plan")) {
      assertThat(provisioner.plan().isDone()).isTrue();
    }
    return topology.servers().stream().map(server -> ServerLog.count(server, PLAN)).toList();
  }

  private static void initialize(Topology topology) {
    SecretStore secrets = SecretStore.open(topology.stateFolder(), topology.name());
    try (Provisioner provisioner = provisioner(topology, secrets, "ppp initialize")) {
      Outcome outcome =
          provisioner.initialize(
              new TreeSet<>(EnumSet.allOf(Stage.class)),
              new Origin("initialize", "test", "localhost", 1, "1", ""),
              SILENT);
      assertThat(outcome.exitCode()).isEqualTo(ExitCode.DONE);
    }
  }

  private static Provisioner provisioner(Topology topology, SecretStore secrets, String name) {
    return new Provisioner(
        topology, secrets, new Connector(secrets, name), ServerDefinition::endpoint, false, 2);
  }

  private Topology topology(int tenants) throws IOException {
    Path folder = Files.createDirectories(home.resolve(tenants + "/migrations")).getParent();
    Files.writeString(
        folder.resolve("migrations/V1__tables.sql"),
        "CREATE TABLE a (id int);\nCREATE TABLE b (at timestamp NOT NULL) PARTITION BY RANGE (at);");
    ServerDefinition veneer = TestServer.shared("counted").freshDatabase("veneer");
    ServerDefinition other = TestServer.shared("counted").freshVeneer("veneer2");
    ServerDefinition shard = TestServer.shared("counted").freshDatabase("shard1");
    List<Tenant> all = new ArrayList<>();
    for (int i = 0; i < tenants; i++) {
      all.add(
          new Tenant(
              new TenantName("tenant" + i),
              Identifier.of(shard.database().value() + "_" + i),
              new ServerName("shard1")));
    }
    return new Topology(
        folder.resolve("shards.yaml"),
        "counted",
        RuntimeChoice.EXTERNAL,
        shard.database(),
        Optional.of(Path.of("migrations")),
        Optional.empty(),
        IdChoice.FILL,
        List.of(veneer, other),
        List.of(shard),
        List.of(),
        all,
        true,
        JoinChoice.ALLOWED,
        Optional.empty(),
        Topology.DEFAULT_LOG_BYTES,
        List.of(yearly()));
  }

  private static PartitionRules yearly() {
    return new PartitionRules(
        new PartitionPolicy(
            Identifier.of("b"),
            Identifier.of("at"),
            new RangeLength(1, RangeUnit.YEAR),
            KeyEncoding.NUMBER,
            PartitionPolicy.DEFAULT_ZONE,
            1,
            Optional.empty(),
            new Retirement.Detach(),
            PartitionPolicy.DEFAULT_NAMING,
            false,
            List.of(),
            Optional.empty()),
        new TreeMap<>());
  }
}
