package org.partitionproxy.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.db.Connector;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.secret.SecretVault;
import org.partitionproxy.topology.HostPort;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Topology;

/**
 * Servers as containers of one compose project: published on 127.0.0.1, data in named volumes, the
 * veneer finding its shards by their names.
 */
public final class DockerRuntime implements ServerRuntime {

  private static final int WAITING_AT_ONCE = 16;

  private final Topology topology;
  private final SecretVault secrets;
  private final DockerEngine engine;
  private final ContainerFiles files;
  private final ComposeProject project;

  public DockerRuntime(Topology topology, SecretVault secrets) {
    this.topology = topology;
    this.secrets = secrets;
    this.engine = new DockerEngine(topology.home());
    this.files = new ContainerFiles(topology);
    this.project = new ComposeProject(engine, topology);
  }

  @Override
  public RuntimeKind kind() {
    return RuntimeKind.DOCKER;
  }

  private void alone(Progress progress, Runnable work) {
    ProjectName.requireOwn(topology);
    new StateFolder(topology.stateFolder()).alone(topology.veneer().name(), progress, work);
  }

  @Override
  public void start(Progress progress) {
    engine.requireCompose();
    alone(progress, () -> startAll(progress));
  }

  private void startAll(Progress progress) {
    writeFiles();
    SortedMap<ServerName, ComposeProject.Container> existing = project.containers();
    List<Diagnostic> problems = new ArrayList<>();
    List<ServerDefinition> missing = new ArrayList<>();
    List<ServerDefinition> wanted = new ArrayList<>();
    for (ServerDefinition server : topology.servers()) {
      ComposeProject.Container container = existing.get(server.name());
      Optional<Diagnostic> obstacle = findObstacle(server, container);
      obstacle.ifPresentOrElse(problems::add, () -> wanted.add(server));
      if (obstacle.isEmpty() && container != null && container.isRunning()) {
        progress.report(server.name(), "runs on port " + server.port());
      } else if (obstacle.isEmpty()) {
        missing.add(server);
      }
    }
    if (!missing.isEmpty()) {
      createContainers(missing, existing, progress);
    }
    problems.addAll(startContainers(wanted, progress));
    if (!problems.isEmpty()) {
      throw new PppException(problems);
    }
  }

  /** What keeps a server from its port. */
  private static Optional<Diagnostic> findObstacle(
      ServerDefinition server, ComposeProject.@Nullable Container container) {
    if (container == null || !container.isRunning()) {
      return isTaken(server.port())
          ? Optional.of(ContainerStart.portTaken(server))
          : Optional.empty();
    }
    return container.publishes(server.port())
        ? Optional.empty()
        : Optional.of(ContainerStart.onAnotherPort(server));
  }

  private void writeFiles() {
    files.writeComposeFile();
    files.writeImageFolder();
    for (ServerDefinition server : topology.servers()) {
      files.writeMounts(server, superuserPassword(server));
    }
    ProjectName.record(topology, project.name());
  }

  private Secret superuserPassword(ServerDefinition server) {
    return server.password().orElseGet(() -> secrets.ensure(server.superuserSecret()));
  }

  private static boolean isTaken(int port) {
    try {
      InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
      new ServerSocket(port, 1, loopback).close();
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  private void createContainers(
      List<ServerDefinition> missing,
      SortedMap<ServerName, ComposeProject.Container> existing,
      Progress progress) {
    progress.report(topology.veneer().name(), "building the image " + ComposeFile.IMAGE);
    CommandOutput built = project.build();
    if (!built.succeeded() && existing.isEmpty()) {
      // Nothing was made that another choice could leave behind as a second system.
      new RuntimeSelection(topology).forget();
    }
    require(
        Code.IMAGE_NOT_BUILT,
        "the image " + ComposeFile.IMAGE,
        built,
        existing.isEmpty() ? " `ppp start --runtime embedded` needs no image." : "");
    project.removeContainers(
        missing.stream()
            .map(server -> existing.get(server.name()))
            .filter(Objects::nonNull)
            .toList());
    require(
        Code.SERVER_NOT_STARTED,
        "the containers",
        project.create(missing.stream().map(server -> server.name().value()).toList()),
        "");
  }

  private static void require(Code code, String what, CommandOutput output, String otherWay) {
    if (!output.succeeded()) {
      throw new PppException(
          Diagnostic.error(
              code,
              "compose could not make " + what,
              "Mend what it names and run `ppp start` again."
                  + otherWay
                  + " It said:\n"
                  + output.lastLines(10)));
    }
  }

  /** Starts each of these servers that does not run, waits for all; returns what went wrong. */
  private List<Diagnostic> startContainers(List<ServerDefinition> servers, Progress progress) {
    Connector connector = new Connector(secrets, "ppp start");
    SortedMap<ServerName, ComposeProject.Container> containers = project.containers();
    List<Future<Optional<Diagnostic>>> starts = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(WAITING_AT_ONCE);
    try {
      for (ServerDefinition server : servers) {
        ComposeProject.Container container = Objects.requireNonNull(containers.get(server.name()));
        ContainerStart start =
            new ContainerStart(engine, connector, server, container, project.name());
        starts.add(threads.submit(() -> start.run(progress)));
      }
      List<Diagnostic> problems = new ArrayList<>();
      for (Future<Optional<Diagnostic>> start : starts) {
        start.get().ifPresent(problems::add);
      }
      return problems;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PppException(
          Diagnostic.error(
              Code.INTERRUPTED,
              "interrupted while servers were starting",
              "Run `ppp start` again; it goes on from here."),
          e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof PppException ppp ? ppp : new IllegalStateException(e);
    } finally {
      threads.shutdownNow();
    }
  }

  @Override
  public void stop(Progress progress) {
    alone(progress, () -> stopAll(progress));
  }

  private void stopAll(Progress progress) {
    List<String> arguments = new ArrayList<>(List.of("stop", "--time", "60"));
    List<ServerName> stopped = new ArrayList<>();
    project
        .containers()
        .forEach(
            (name, container) -> {
              if (container.isRunning()) {
                arguments.add(container.id());
                stopped.add(name);
              }
            });
    if (!stopped.isEmpty()) {
      engine.requireDocker(arguments);
      stopped.forEach(name -> progress.report(name, "stopped"));
    }
  }

  @Override
  public List<ServerName> serversWithData() {
    return project.serversWithVolumes();
  }

  /** Removes the containers and the network, and the volumes with all data. */
  @Override
  public void destroy(Progress progress) {
    alone(
        progress,
        () -> {
          SortedSet<ServerName> removed = new TreeSet<>(serversWithData());
          removed.addAll(project.containers().keySet());
          project.destroy();
          removed.forEach(name -> progress.report(name, "removed"));
          files.deleteMounts();
          new RuntimeSelection(topology).forget();
        });
  }

  @Override
  public boolean isRunning(ServerDefinition server) {
    return findContainer(server).isPresent();
  }

  /** By Docker's long identifier. */
  @Override
  public Optional<String> findContainer(ServerDefinition server) {
    return Optional.ofNullable(project.containers().get(server.name()))
        .filter(ComposeProject.Container::isRunning)
        .map(ComposeProject.Container::id);
  }

  @Override
  public HostPort addressFromVeneer(ServerDefinition shard) {
    return new HostPort(shard.name().value(), ComposeFile.CONTAINER_PORT);
  }
}
