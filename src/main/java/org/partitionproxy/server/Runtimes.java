package org.partitionproxy.server;

import java.util.Map;
import java.util.Optional;
import org.partitionproxy.secret.SecretVault;
import org.partitionproxy.topology.RuntimeChoice;
import org.partitionproxy.topology.Topology;

/** Finds and makes the runtime of a topology. */
public final class Runtimes {

  private final Topology topology;
  private final SecretVault secrets;
  private final Map<String, String> environment;

  /**
   * @param environment of ppp
   */
  public Runtimes(Topology topology, SecretVault secrets, Map<String, String> environment) {
    this.topology = topology;
    this.secrets = secrets;
    this.environment = environment;
  }

  /**
   * For start: chooses if that was not done yet.
   *
   * @throws org.partitionproxy.diagnostic.PppException if another one was chosen before
   */
  public ServerRuntime choose(Optional<RuntimeChoice> asked) {
    return make(new RuntimeSelection(topology).choose(asked, DockerEngine::answers));
  }

  /** The chosen one; empty if there was no start yet that could choose. */
  public Optional<ServerRuntime> find() {
    return new RuntimeSelection(topology).find().map(this::make);
  }

  /**
   * The chosen one, looked up at its first use: a command that needs no server works before the
   * first start, any other then throws {@link org.partitionproxy.diagnostic.PppException}.
   */
  public ServerRuntime whenNeeded() {
    return new DeferredRuntime(() -> make(new RuntimeSelection(topology).require()));
  }

  private ServerRuntime make(RuntimeKind kind) {
    return switch (kind) {
      case DOCKER -> new DockerRuntime(topology, secrets);
      case EMBEDDED -> new EmbeddedRuntime(topology, secrets, environment);
      case EXTERNAL -> new ExternalRuntime(topology, secrets);
    };
  }
}
