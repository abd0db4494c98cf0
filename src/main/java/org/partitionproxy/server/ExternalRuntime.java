package org.partitionproxy.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.secret.SecretSource;
import org.partitionproxy.topology.HostPort;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Topology;

/** Servers that exist. ppp looks whether they answer, and never starts or stops them. */
public final class ExternalRuntime implements ServerRuntime {

  private static final Duration PROBE_LIMIT = Duration.ofSeconds(2);

  private final Topology topology;
  private final SecretSource secrets;

  public ExternalRuntime(Topology topology, SecretSource secrets) {
    this.topology = topology;
    this.secrets = secrets;
  }

  @Override
  public RuntimeKind kind() {
    return RuntimeKind.EXTERNAL;
  }

  /** Starts nothing: logs in to each server, and reports those where that fails. */
  @Override
  public void start(Progress progress) {
    Fleet.each(
        topology.servers(),
        server -> {
          try (Session session = new Connector(secrets, "ppp start").maintenance(server)) {
            progress.report(
                server.name(),
                "answers at "
                    + server.endpoint()
                    + " (PostgreSQL "
                    + session.majorVersion()
                    + "); ppp does not start external servers");
          }
        });
  }

  @Override
  public void stop(Progress progress) {
    throw new PppException(
        Diagnostic.error(
            Code.EXTERNAL_NOT_STOPPED,
            "the servers of \"" + topology.name() + "\" are external: ppp does not stop them",
            "Stop them where they are run."));
  }

  @Override
  public List<ServerName> serversWithData() {
    throw notDeleted();
  }

  @Override
  public void destroy(Progress progress) {
    throw notDeleted();
  }

  private PppException notDeleted() {
    return new PppException(
        Diagnostic.error(
            Code.DATA_NOT_DELETED,
            "the servers of \"" + topology.name() + "\" are external: ppp does not delete them",
            "`ppp teardown --all --drop-data` removes what ppp made on them."));
  }

  @Override
  public boolean isRunning(ServerDefinition server) {
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(server.host(), server.port()), (int) PROBE_LIMIT.toMillis());
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public HostPort addressFromVeneer(ServerDefinition shard) {
    return shard.address().orElseGet(shard::endpoint);
  }
}
