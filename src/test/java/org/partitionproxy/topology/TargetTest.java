package org.partitionproxy.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.diagnostic.Suggestion;
import org.partitionproxy.sql.Identifier;

class TargetTest {

  private static final Identifier DATABASE = Identifier.of("bookstore");
  private static final ServerName SHARD = new ServerName("shard1");

  private static Topology topology(List<String> tenants) {
    return new Topology(
        Path.of("shards.yaml"),
        "bookstore",
        RuntimeChoice.EXTERNAL,
        DATABASE,
        Optional.empty(),
        Optional.empty(),
        ServerDefinition.local(ServerName.VENEER, 14797, DATABASE),
        List.of(ServerDefinition.local(SHARD, 29948, DATABASE)),
        tenants.stream()
            .map(TenantName::new)
            .map(name -> new Tenant(name, Identifier.of(name.defaultSchema()), SHARD))
            .toList());
  }

  private static Diagnostic problem(Topology topology, String name) {
    return catchThrowableOfType(PppException.class, () -> Target.require(topology, name))
        .diagnostics()
        .get(0);
  }

  @Test
  void findsServersAndTenantsByName() {
    Topology topology = topology(List.of("bluth-co"));
    assertThat(Target.require(topology, "veneer").server()).isEqualTo(topology.veneer());
    assertThat(Target.require(topology, "shard1").tenant()).isEmpty();
    Target tenant = Target.require(topology, "bluth-co");
    assertThat(tenant.server().name()).isEqualTo(SHARD);
    assertThat(tenant.tenant()).contains(topology.tenants().get(0));
  }

  @Test
  void callsTheFirstOfSeveralVeneersByItsOwnNameToo() {
    Topology one = topology(List.of("bluth-co"));
    Topology several =
        new Topology(
            one.file(),
            one.name(),
            one.runtime(),
            one.database(),
            one.migrations(),
            one.postgresHome(),
            one.ids(),
            List.of(veneer("east", 1), veneer("west", 2)),
            one.shards(),
            one.replicas(),
            one.tenants(),
            false,
            one.crossTenantJoins(),
            one.inspection(),
            one.logBytes(),
            one.partitions());
    for (String name : List.of("veneer", "east", "west")) {
      assertThat(Target.require(several, name).server().port())
          .isEqualTo(name.equals("west") ? 2 : 1);
    }
    assertThat(problem(several, "north").hint()).contains("Servers are east, west, shard1.");
  }

  private static ServerDefinition veneer(String name, int port) {
    return ServerDefinition.local(new ServerName(name), port, DATABASE).as(ServerPart.VENEER);
  }

  @Test
  void suggestsTheNearestNameAndListsAll() {
    Diagnostic problem = problem(topology(List.of("bluth-co", "initech")), "blutch-co");
    assertThat(problem.code()).isEqualTo(Code.UNKNOWN_TARGET);
    assertThat(problem.summary())
        .isEqualTo("\"blutch-co\" is no server and no tenant of shards.yaml");
    assertThat(problem.hint())
        .isEqualTo(
            """
            Did you mean "bluth-co"?
            Servers are veneer, shard1.
            Tenants are bluth-co, initech.""");
  }

  @Test
  void suggestsNothingWhereNoNameIsNear() {
    assertThat(problem(topology(List.of("bluth-co")), "umbrella").hint())
        .startsWith("Servers are veneer");
  }

  @Test
  void listsAFewOfManyTenants() {
    List<String> many = IntStream.rangeClosed(1, 1000).mapToObj(i -> "tenant-" + i).toList();
    assertThat(problem(topology(many), "nobody").hint()).endsWith("tenant-20 and 980 more.");
  }

  @Test
  void findsSwappedLettersAndOtherCase() {
    List<String> names = List.of("initech", "shard1", "shard2");
    assertThat(Suggestion.find("intiech", names)).contains("initech");
    assertThat(Suggestion.find("SHARD2", names)).contains("shard2");
    assertThat(Suggestion.find("sh", names)).isEmpty();
  }
}
