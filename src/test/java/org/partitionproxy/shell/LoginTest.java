package org.partitionproxy.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.RuntimeChoice;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Target;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.TenantName;
import org.partitionproxy.topology.Topology;
import org.partitionproxy.topology.TopologyReader;

class LoginTest {

  private static final Identifier DATABASE = Identifier.of("bookstore");
  private static final ServerName SHARD = new ServerName("shard1");
  private static final Topology TOPOLOGY =
      new Topology(
          Path.of("shards.yaml"),
          "bookstore",
          RuntimeChoice.EXTERNAL,
          DATABASE,
          Optional.empty(),
          Optional.empty(),
          ServerDefinition.local(ServerName.VENEER, 14797, DATABASE),
          List.of(ServerDefinition.local(SHARD, 29948, DATABASE)),
          List.of(new Tenant(new TenantName("bluth-co"), Identifier.of("bluth_co"), SHARD)));

  private static String login(String target, Optional<Login.Via> via, boolean admin) {
    Login login = Login.of(TOPOLOGY, Target.require(TOPOLOGY, target), via, admin);
    return login.role()
        + "@"
        + login.server().name()
        + login.schema().map(schema -> "/" + schema).orElse("");
  }

  @Test
  void takesATenantToItsShardAsItsOwnRole() {
    assertThat(login("bluth-co", Optional.empty(), false))
        .isEqualTo("bluth_co_app@shard1/bluth_co");
    assertThat(login("bluth-co", Optional.of(Login.Via.SHARD), false))
        .isEqualTo("bluth_co_app@shard1/bluth_co");
  }

  @Test
  void takesATenantToTheVeneerWhereAsked() {
    assertThat(login("bluth-co", Optional.of(Login.Via.VENEER), false))
        .isEqualTo("bluth_co_app@veneer/bluth_co");
    assertThat(login("bluth-co", Optional.of(Login.Via.VENEER), true))
        .isEqualTo("bookstore_admin@veneer/bluth_co");
  }

  @Test
  void takesATenantToAReplicaWhereOneIsShown() {
    Topology replicated =
        TopologyReader.read(
            Path.of("src/test/resources/topology/valid/replica-reads.yaml"), new TreeMap<>());
    assertThat(
            Login.of(
                replicated,
                Target.require(replicated, "globex-replica"),
                Optional.of(Login.Via.REPLICA),
                false))
        .extracting(login -> login.server().name().value(), login -> login.schema().orElseThrow())
        .containsExactly("veneer", Identifier.of("globex_replica_replica"));
    assertThatThrownBy(() -> login("bluth-co", Optional.of(Login.Via.REPLICA), false))
        .isInstanceOf(PppException.class)
        .hasMessageContaining(Code.NO_READS.toString());
  }

  @Test
  void takesServersAsTheRoleForAllTenantsOrTheAdmin() {
    assertThat(login("veneer", Optional.empty(), false)).isEqualTo("bookstore_app@veneer");
    assertThat(login("shard1", Optional.empty(), true)).isEqualTo("bookstore_admin@shard1");
  }

  @Test
  void refusesAWayToAServer() {
    assertThatThrownBy(() -> login("veneer", Optional.of(Login.Via.VENEER), false))
        .isInstanceOf(PppException.class)
        .hasMessageContaining(Code.VIA_NEEDS_TENANT.toString());
  }
}
