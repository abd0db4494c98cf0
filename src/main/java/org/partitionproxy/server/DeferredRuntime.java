package org.partitionproxy.server;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.topology.HostPort;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;

/** A runtime that is made at its first use. */
final class DeferredRuntime implements ServerRuntime {

  private final Supplier<ServerRuntime> maker;
  private @Nullable ServerRuntime made;

  DeferredRuntime(Supplier<ServerRuntime> maker) {
    this.maker = maker;
  }

  private synchronized ServerRuntime runtime() {
    ServerRuntime runtime = made == null ? maker.get() : made;
    made = runtime;
    return runtime;
  }

  @Override
  public RuntimeKind kind() {
    return runtime().kind();
  }

  @Override
  public void start(Progress progress) {
    runtime().start(progress);
  }

  @Override
  public void stop(Progress progress) {
    runtime().stop(progress);
  }

  @Override
  public List<ServerName> serversWithData() {
    return runtime().serversWithData();
  }

  @Override
  public void destroy(Progress progress) {
    runtime().destroy(progress);
  }

  @Override
  public boolean isRunning(ServerDefinition server) {
    return runtime().isRunning(server);
  }

  @Override
  public Optional<String> findContainer(ServerDefinition server) {
    return runtime().findContainer(server);
  }

  @Override
  public Optional<Long> freeSpace(ServerDefinition server, String folder) {
    return runtime().freeSpace(server, folder);
  }

  @Override
  public HostPort addressFromVeneer(ServerDefinition shard) {
    return runtime().addressFromVeneer(shard);
  }
}
