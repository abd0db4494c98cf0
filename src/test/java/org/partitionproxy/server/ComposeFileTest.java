package org.partitionproxy.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.testing.GoldenFile;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.SslMode;
import org.partitionproxy.topology.Topology;
import org.partitionproxy.topology.TopologyReader;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

class ComposeFileTest {

  private static final Topology BOOKSTORE =
      topology("bookstore", 14797, List.of(shard("shard1", 29948), shard("shard2", 13366)));

  @Test
  void isWhatIsCommittedForTheDefaultTopology() {
    Topology committed = TopologyReader.read(Path.of("shards.yaml"), new TreeMap<>());
    GoldenFile.of(Path.of(ComposeFile.FILE_NAME)).holds(ComposeFile.of(committed));
  }

  @Test
  void holdsNothingThatOnlyOneVersionOfComposeReads() {
    JsonNode file = parse(ComposeFile.of(BOOKSTORE));
    assertThat(file.propertyNames())
        .containsExactly("x-postgres", "services", "volumes", "secrets", "networks");
    assertThat(file.get("services").propertyNames()).containsExactly("veneer", "shard1", "shard2");
  }

  @Test
  void hasReplicasLikeAnyServer() {
    Topology topology =
        TopologyReader.read(
            Path.of("src/test/resources/topology/valid/replicas.yaml"), new TreeMap<>());
    JsonNode file = parse(ComposeFile.of(topology));
    for (String part : List.of("services", "volumes", "secrets")) {
      assertThat(file.get(part).propertyNames())
          .contains("shard1", "shard1-replica", "archive", "shard2-replica");
    }
    assertThat(
            file.get("services")
                .get("shard1-replica")
                .get("ports")
                .valueStream()
                .map(JsonNode::asString))
        .containsExactly("127.0.0.1:29949:5432");
  }

  @Test
  void publishesOnTheLoopbackInterfaceOnly() {
    JsonNode services = parse(ComposeFile.of(BOOKSTORE)).get("services");
    assertThat(services.get("veneer").get("ports").valueStream().map(JsonNode::asString))
        .containsExactly("127.0.0.1:14797:5432");
    assertThat(services.get("shard2").get("ports").valueStream().map(JsonNode::asString))
        .containsExactly("127.0.0.1:13366:5432");
  }

  @Test
  void holdsNoSettingAndNoPasswordOnACommandLine() {
    assertThat(ComposeFile.of(BOOKSTORE)).doesNotContain("command:").doesNotContain("PASSWORD:");
  }

  @Test
  void quotesNamesThatYamlOrComposeWouldTakeForSomethingElse() {
    ServerDefinition on =
        new ServerDefinition(
            new ServerName("on"),
            "127.0.0.1",
            5001,
            Optional.empty(),
            Identifier.of("app"),
            Identifier.of("the \"boss\" ${HOME}"),
            Optional.empty(),
            SslMode.PREFER,
            Optional.empty(),
            new TreeMap<>(),
            new TreeMap<>());
    String text = ComposeFile.of(topology("a: \"b\"\t#c", 5000, List.of(on)));
    JsonNode service = parse(text).get("services").get("on");
    assertThat(text).contains("\n  \"on\":\n");
    assertThat(service.get("labels").get(ComposeFile.TOPOLOGY_LABEL).asString())
        .isEqualTo("a: \"b\"\t#c");
    assertThat(service.get("environment").get("POSTGRES_USER").asString())
        .isEqualTo("the \"boss\" $${HOME}");
  }

  @Test
  void knowsAnEditedFileFromItsOwn() {
    String text = ComposeFile.of(BOOKSTORE);
    assertThat(ComposeFile.isUnedited(text)).isTrue();
    assertThat(ComposeFile.isUnedited(text.replace("\n", "\r\n"))).isTrue();
    assertThat(ComposeFile.isUnedited(text.replace("14797", "14798"))).isFalse();
    assertThat(ComposeFile.isUnedited(text + "\n# mine\n")).isFalse();
    assertThat(ComposeFile.isUnedited("services: {}\n")).isFalse();
  }

  private static JsonNode parse(String text) {
    return new YAMLMapper().readTree(text);
  }

  private static ServerDefinition shard(String name, int port) {
    return ServerDefinition.local(new ServerName(name), port, Identifier.of("bookstore"));
  }

  private static Topology topology(String name, int port, List<ServerDefinition> shards) {
    return DockerTopology.of(
        Path.of(""),
        name,
        ServerDefinition.local(ServerName.VENEER, port, Identifier.of("bookstore")),
        shards);
  }
}
