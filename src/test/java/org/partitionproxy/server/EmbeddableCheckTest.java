package org.partitionproxy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.RuntimeChoice;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Topology;

class EmbeddableCheckTest {

  @Test
  void namesAllThatCannotRunHere() {
    ServerDefinition veneer =
        ServerDefinition.local(ServerName.VENEER, 14797, Identifier.of("shop"));
    ServerDefinition same =
        ServerDefinition.local(new ServerName("shard1"), 14797, Identifier.of("one"));
    ServerDefinition away =
        TemporaryCheckout.with(
            ServerDefinition.local(new ServerName("shard2"), 1, Identifier.of("shop")),
            "192.0.2.1",
            13366,
            Map.of("port", "1"));
    Topology topology =
        new Topology(
            Path.of("shards.yaml"),
            "shop",
            RuntimeChoice.EMBEDDED,
            Identifier.of("shop"),
            Optional.empty(),
            Optional.empty(),
            veneer,
            List.of(same, away),
            List.of());
    assertThat(
            catchThrowableOfType(PppException.class, () -> EmbeddableCheck.require(topology))
                .diagnostics())
        .extracting(Diagnostic::summary)
        .containsExactly(
            "servers \"veneer\" and \"shard1\" share port 14797",
            "server \"shard2\" has host \"192.0.2.1\"",
            "setting \"port\" of server \"shard2\" cannot be given");
  }

  @ParameterizedTest
  @CsvSource({
    "Linux, amd64, postgres-linux-x86_64",
    "Linux, aarch64, postgres-linux-arm_64",
    "Mac OS X, x86_64, postgres-darwin-x86_64",
    "Mac OS X, aarch64, postgres-darwin-arm_64"
  })
  void namesTheArchiveOfEachPlatform(String system, String architecture, String name) {
    assertThat(BinaryArchive.nameFor(system, architecture)).isEqualTo(name);
  }

  @Test
  void takesOnlySocketFoldersThatFitIntoAnAddressAndIntoALibpqHost() {
    // 104 bytes with "/.s.PGSQL.65535" and the final NUL leave 88.
    assertThat(EmbeddedHome.fits(Path.of("/" + "a".repeat(87)))).isTrue();
    assertThat(EmbeddedHome.fits(Path.of("/" + "a".repeat(88)))).isFalse();
    assertThat(EmbeddedHome.fits(Path.of("/a,b"))).isFalse();
    assertThat(EmbeddedHome.fits(Path.of("/a b"))).isFalse();
  }
}
