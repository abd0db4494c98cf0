package org.partitionproxy.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.sql.Identifier;

class TenantSelectionTest {

  private static final Identifier BOOKSTORE = Identifier.of("bookstore");

  private final Topology topology =
      new Topology(
          Path.of("shards.yaml"),
          "bookstore",
          RuntimeChoice.AUTO,
          BOOKSTORE,
          Optional.empty(),
          Optional.empty(),
          ServerDefinition.local(ServerName.VENEER, 1, BOOKSTORE),
          List.of(shard("shard1", 2), shard("shard2", 3)),
          List.of(
              tenant("bluth-co", "shard1"),
              tenant("initech", "shard2"),
              tenant("bluth.old", "shard2")));

  private static ServerDefinition shard(String name, int port) {
    return ServerDefinition.local(new ServerName(name), port, BOOKSTORE);
  }

  private static Tenant tenant(String name, String shard) {
    TenantName tenant = new TenantName(name);
    return new Tenant(tenant, Identifier.of(tenant.defaultSchema()), new ServerName(shard));
  }

  private static List<Glob> globs(String... texts) {
    return Arrays.stream(texts).map(Glob::new).toList();
  }

  private List<String> selected(List<Glob> tenants, List<Glob> shards) {
    return new TenantSelection(tenants, shards)
        .from(topology).stream().map(tenant -> tenant.name().value()).toList();
  }

  @Test
  void takesEveryTenantWithoutPatterns() {
    assertThat(selected(List.of(), List.of())).containsExactly("bluth-co", "initech", "bluth.old");
  }

  @Test
  void takesWhatFitsOneOfEachKind() {
    assertThat(selected(globs("initech", "bluth*"), List.of()))
        .containsExactly("bluth-co", "initech", "bluth.old");
    assertThat(selected(globs("bluth?co"), List.of())).containsExactly("bluth-co");
    assertThat(selected(globs("bluth*"), globs("*2"))).containsExactly("bluth.old");
    assertThat(selected(globs("initech"), globs("shard1"))).isEmpty();
  }

  @Test
  void takesOtherCharactersAsTheyAre() {
    assertThat(new Glob("bluth.old").matches("bluth-old")).isFalse();
    assertThat(new Glob("[a-z]*").matches("initech")).isFalse();
    assertThat(new Glob("\\E*").matches("\\Ex")).isTrue();
  }

  @Test
  void namesEveryPatternThatFitsNothing() {
    PppException refusal =
        catchThrowableOfType(
            PppException.class, () -> selected(globs("bluth", "initech"), globs("shrad*")));
    assertThat(refusal.diagnostics())
        .allMatch(problem -> problem.code() == Code.UNKNOWN_TARGET)
        .extracting(Diagnostic::summary)
        .containsExactly(
            "no tenant is called like \"bluth\"", "no shard is called like \"shrad*\"");
    assertThat(refusal.diagnostics().get(1).hint()).isEqualTo("The shards are shard1, shard2.");
  }

  @Test
  void takesAWholeShardUnlessTenantsAreNamed() {
    ServerName empty = new ServerName("shard3");
    assertThat(TenantSelection.ALL.isWhole(empty)).isTrue();
    assertThat(new TenantSelection(List.of(), globs("shard3")).isWhole(empty)).isTrue();
    assertThat(new TenantSelection(List.of(), globs("shard1")).isWhole(empty)).isFalse();
    assertThat(new TenantSelection(globs("*"), List.of()).isWhole(empty)).isFalse();
  }
}
