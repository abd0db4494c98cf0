package org.partitionproxy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.partitionproxy.console.SecretsView;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.secret.SecretEntry;
import org.partitionproxy.secret.SecretName;
import org.partitionproxy.secret.SecretVault;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.testing.GoldenFile;
import org.partitionproxy.topology.RuntimeChoice;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.SslMode;
import org.partitionproxy.topology.Tenant;
import org.partitionproxy.topology.TenantName;
import org.partitionproxy.topology.Topology;

class KnownSecretsTest {

  private static final Instant CREATED = Instant.parse("2026-01-31T12:00:00Z");

  /** Two roles of the whole topology, and the superusers of two servers. */
  private static final class FixedVault implements SecretVault {
    private final SortedMap<SecretName, Secret> secrets = new TreeMap<>();

    FixedVault() {
      secrets.put(SecretName.ofRole("bluth_co_app"), Secret.of("Abc123"));
      secrets.put(SecretName.ofRole("bookstore_admin"), Secret.of("s:/?#[]@!% ä"));
      secrets.put(SecretName.ofRoleOn("postgres", "shard1"), Secret.of("from-file"));
      secrets.put(SecretName.ofRoleOn("postgres", "shard2"), Secret.of("from-file"));
    }

    @Override
    public SortedMap<SecretName, Secret> ensure(Collection<SecretName> names) {
      throw new AssertionError("looking makes no passwords");
    }

    @Override
    public SortedMap<SecretName, Secret> beginRotation(Collection<SecretName> names) {
      throw new AssertionError("looking rotates no passwords");
    }

    @Override
    public void finishRotation(Collection<SecretName> names) {
      throw new AssertionError("looking rotates no passwords");
    }

    @Override
    public SortedMap<SecretName, Secret> pendingRotations() {
      return new TreeMap<>();
    }

    @Override
    public Optional<Secret> find(SecretName name) {
      return Optional.ofNullable(secrets.get(name));
    }

    @Override
    public List<SecretEntry> entries() {
      return secrets.keySet().stream()
          .map(
              name ->
                  new SecretEntry(
                      name,
                      SecretEntry.Source.FILE,
                      Optional.of(CREATED),
                      name.value().startsWith("bookstore")))
          .toList();
    }
  }

  private static final Topology TOPOLOGY =
      new Topology(
          Path.of("shards.yaml"),
          "bookstore",
          RuntimeChoice.EXTERNAL,
          Identifier.of("bookstore"),
          Optional.empty(),
          Optional.empty(),
          ServerDefinition.local(ServerName.VENEER, 14797, Identifier.of("bookstore")),
          List.of(
              ServerDefinition.local(new ServerName("shard1"), 29948, Identifier.of("b@ok/store")),
              new ServerDefinition(
                  new ServerName("shard2"),
                  "::1",
                  13366,
                  Optional.empty(),
                  Identifier.of("bookstore"),
                  Identifier.of("postgres"),
                  Optional.of(Secret.of("from-environment")),
                  SslMode.VERIFY_FULL,
                  Optional.of(Path.of("/etc/my ca.pem")),
                  new TreeMap<>(),
                  new TreeMap<>())),
          List.of(
              new Tenant(
                  new TenantName("bluth-co"),
                  Identifier.of("bluth_co"),
                  new ServerName("shard1"))));

  private final KnownSecrets secrets = new KnownSecrets(TOPOLOGY, new FixedVault());

  @Test
  void listsWhatItKnowsWithoutThePasswords() {
    SecretsView view = new SecretsView(secrets.entries(), CREATED.plusSeconds(3 * 86_400));
    assertThat(view.text())
        .isEqualTo(
            """
            NAME             SOURCE       AGE  STATE
            bluth_co_app     file          3d  -
            bookstore_admin  file          3d  rotating
            postgres@shard1  file          3d  -
            postgres@shard2  environment    -  -
            """);
    GoldenFile.assertMatches("secrets.json", view.json());
  }

  @Test
  void takesThePasswordOfTheEnvironmentBeforeThatOfTheFile() {
    assertThat(reveal("postgres@shard2")).isEqualTo("from-environment");
    assertThat(reveal("postgres@shard1")).isEqualTo("from-file");
    assertThat(reveal("bluth_co_app")).isEqualTo("Abc123");
  }

  private String reveal(String name) {
    return secrets.require(new SecretName(name)).reveal();
  }

  @Test
  void givesUrisThatLibpqUnderstands() {
    assertThat(uri("bluth_co_app"))
        .isEqualTo("postgresql://bluth_co_app:Abc123@127.0.0.1:14797/bookstore");
    assertThat(uri("bookstore_admin"))
        .isEqualTo(
            "postgresql://bookstore_admin:s%3A%2F%3F%23%5B%5D%40%21%25%20%C3%A4"
                + "@127.0.0.1:14797/bookstore");
    assertThat(uri("postgres@shard1"))
        .isEqualTo("postgresql://postgres:from-file@127.0.0.1:29948/b%40ok%2Fstore");
    assertThat(uri("postgres@shard2"))
        .isEqualTo(
            "postgresql://postgres:from-environment@[::1]:13366/bookstore"
                + "?sslmode=verify-full&sslrootcert=%2Fetc%2Fmy%20ca.pem");
  }

  private String uri(String name) {
    return secrets.uri(new SecretName(name)).text();
  }

  @Test
  void tellsWhoNamesATenantOrAServerWhichRoleIsMeant() {
    assertThat(hint("bluth-co")).contains("`ppp secrets show bluth_co_app`");
    assertThat(hint("veneer")).contains("`ppp secrets show postgres@veneer`");
    assertThat(hint("nobody"))
        .isEqualTo("`ppp secrets` lists the names of all passwords that ppp knows.");
  }

  private String hint(String name) {
    PppException e =
        catchThrowableOfType(PppException.class, () -> secrets.require(new SecretName(name)));
    assertThat(e).hasMessage("error[PPP806]: no password is known for \"" + name + "\"");
    return e.diagnostics().get(0).hint();
  }
}
