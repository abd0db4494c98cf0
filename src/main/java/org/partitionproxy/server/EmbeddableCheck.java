package org.partitionproxy.server;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.topology.InspectionLevel;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Topology;

/** Refuses what cannot run as processes of this machine, before anything is touched. */
final class EmbeddableCheck {

  private final List<Diagnostic> problems = new ArrayList<>();
  private final Map<Integer, ServerName> ports = new TreeMap<>();

  private EmbeddableCheck() {}

  /**
   * @throws PppException with all that is wrong
   */
  static void require(Topology topology) {
    EmbeddableCheck check = new EmbeddableCheck();
    topology.servers().forEach(check::look);
    if (!check.problems.isEmpty()) {
      throw new PppException(check.problems);
    }
  }

  private void look(ServerDefinition server) {
    if (!isLoopback(server.host())) {
      report(
          "server \"" + server.name() + "\" has host \"" + server.host() + "\"",
          "Embedded servers listen on this machine only; leave `host` out, or use `runtime:"
              + " external` for servers that exist.");
    }
    ServerName other = ports.putIfAbsent(server.port(), server.name());
    if (other != null) {
      report(
          "servers \"" + other + "\" and \"" + server.name() + "\" share port " + server.port(),
          "Each embedded server needs a port of its own. Shards that are databases of one server"
              + " need `runtime: external`.");
    }
    try {
      ServerSettings.of(server, Path.of("/"), "", InspectionLevel.OFF, PostgresBinaries.OLDEST);
    } catch (PppException e) {
      problems.addAll(e.diagnostics());
    }
  }

  private void report(String summary, String hint) {
    problems.add(Diagnostic.error(Code.PLACE_NOT_EMBEDDABLE, summary, hint));
  }

  private static boolean isLoopback(String host) {
    try {
      return !host.startsWith("/") && InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
