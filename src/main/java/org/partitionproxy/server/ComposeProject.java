package org.partitionproxy.server;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Topology;

/** The containers, volumes and network of one topology in one checkout, found by their labels. */
final class ComposeProject {

  private static final Duration UP = Duration.ofMinutes(5);
  private static final String PROJECT_LABEL = "com.docker.compose.project";

  /**
   * A server's container.
   *
   * @param state in Docker's words: {@code created}, {@code running}, {@code paused}, {@code
   *     exited}
   * @param ports as {@code docker ps} shows them: {@code 127.0.0.1:14797->5432/tcp}
   */
  record Container(String id, String state, String ports) {
    private static final Set<String> WITHOUT_PROCESS = Set.of("created", "exited", "dead");

    boolean isRunning() {
      return !WITHOUT_PROCESS.contains(state);
    }

    boolean publishes(int port) {
      return ports.contains(":" + port + "->" + ComposeFile.CONTAINER_PORT + "/tcp");
    }
  }

  private final DockerEngine engine;
  private final Topology topology;
  private final String name;

  ComposeProject(DockerEngine engine, Topology topology) {
    this.engine = engine;
    this.topology = topology;
    this.name = ProjectName.of(topology);
  }

  String name() {
    return name;
  }

  /** One per server that has one, running or not. */
  SortedMap<ServerName, Container> containers() {
    List<String> arguments = new ArrayList<>(List.of("ps", "--all", "--no-trunc"));
    arguments.addAll(filters());
    arguments.add("--format");
    arguments.add(
        "{{.ID}}\t{{.State}}\t{{.Ports}}\t{{.Label \"%s\"}}".formatted(ComposeFile.SERVER_LABEL));
    SortedMap<ServerName, Container> containers = new TreeMap<>();
    for (String line : engine.requireDocker(arguments).lines()) {
      String[] fields = line.split("\t", -1);
      if (fields.length == 4 && ServerName.isValid(fields[3])) {
        containers.put(new ServerName(fields[3]), new Container(fields[0], fields[1], fields[2]));
      }
    }
    return containers;
  }

  /** Builds the image that all servers share. */
  CommandOutput build() {
    return compose(DockerEngine.BUILD, List.of("build", topology.veneer().name().value()));
  }

  /** Makes these servers' containers, and what they need, and starts none of them. */
  CommandOutput create(List<String> services) {
    List<String> arguments =
        new ArrayList<>(List.of("up", "--no-start", "--no-build", "--no-deps"));
    arguments.addAll(services);
    return compose(UP, arguments);
  }

  /** What is left of earlier starts: compose v1 cannot replace containers of newer engines. */
  void removeContainers(List<Container> stopped) {
    if (!stopped.isEmpty()) {
      List<String> arguments = new ArrayList<>(List.of("rm", "--force"));
      stopped.forEach(container -> arguments.add(container.id()));
      engine.requireDocker(arguments);
    }
  }

  /** Of this project, whether shards.yaml still names them or not. */
  List<ServerName> serversWithVolumes() {
    List<String> arguments = new ArrayList<>(List.of("volume", "ls"));
    arguments.addAll(filters());
    arguments.addAll(List.of("--format", "{{.Label \"%s\"}}".formatted(ComposeFile.SERVER_LABEL)));
    return engine.requireDocker(arguments).lines().stream()
        .filter(ServerName::isValid)
        .map(ServerName::new)
        .sorted()
        .toList();
  }

  /** Removes containers, volumes and network. The data is gone. */
  void destroy() {
    removeContainers(List.copyOf(containers().values()));
    remove("volume");
    remove("network");
  }

  private void remove(String kind) {
    List<String> arguments = new ArrayList<>(List.of(kind, "ls", "--quiet"));
    arguments.addAll(filters());
    List<String> found = engine.requireDocker(arguments).lines();
    if (!found.isEmpty()) {
      List<String> removal = new ArrayList<>(List.of(kind, "rm"));
      removal.addAll(found);
      engine.requireDocker(removal);
    }
  }

  private List<String> filters() {
    return List.of(
        "--filter",
        "label=" + PROJECT_LABEL + "=" + name,
        "--filter",
        "label=" + ComposeFile.TOPOLOGY_LABEL + "=" + topology.name());
  }

  /**
   * The files are named, as compose would find them by itself, so that another compose file in the
   * folder, or one that {@code COMPOSE_FILE} names, is not taken for ppp's.
   */
  private CommandOutput compose(Duration limit, List<String> arguments) {
    List<String> command = new ArrayList<>(engine.requireCompose());
    command.addAll(List.of("-p", name, "-f", ComposeFile.FILE_NAME));
    for (String file : List.of("docker-compose.override.yml", "docker-compose.override.yaml")) {
      Path path = topology.home().resolve(file);
      if (Files.exists(path)) {
        command.addAll(List.of("-f", file));
        break;
      }
    }
    command.addAll(arguments);
    return engine.run(command, limit);
  }
}
