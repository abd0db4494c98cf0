package org.partitionproxy.topology;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.partitionproxy.diagnostic.Code;

/** That no two servers are one and the same. */
final class ServerChecks {

  private static final String LOOPBACK = "localhost";

  private final TopologyDraft topology;
  private final Problems problems;

  private ServerChecks(TopologyDraft topology, Problems problems) {
    this.topology = topology;
    this.problems = problems;
  }

  static void check(TopologyDraft topology, Problems problems) {
    ServerChecks checks = new ServerChecks(topology, problems);
    if (topology.isStartedByPpp()) {
      checks.checkHostsAreLocal();
      checks.checkPorts();
    } else {
      checks.checkDatabases();
    }
  }

  private void checkHostsAreLocal() {
    for (ServerDraft server : topology.servers()) {
      server
          .host()
          .filter(host -> !isLoopback(host.value()))
          .ifPresent(
              host ->
                  problems.add(
                      Code.HOST_NOT_LOCAL,
                      host.place(),
                      server.title() + " is not on this machine",
                      "ppp starts servers on the loopback interface: host: 127.0.0.1, or no host at"
                          + " all. For servers that exist elsewhere write runtime: external."));
    }
  }

  private void checkPorts() {
    Map<Integer, ServerDraft> owners = new LinkedHashMap<>();
    for (ServerDraft server : topology.servers()) {
      server
          .port()
          .ifPresent(
              port -> {
                ServerDraft first = owners.putIfAbsent(port.value(), server);
                if (first != null) {
                  reportPort(server, port, first);
                }
              });
    }
  }

  private void reportPort(ServerDraft server, Placed<Integer> port, ServerDraft first) {
    problems.add(
        Code.PORT_SHARED,
        port.place(),
        first.title() + " and " + server.title() + " have the same port",
        "The other one is in line "
            + first.port().orElseThrow().place().line()
            + "; every server that ppp starts needs a port of its own.");
  }

  /** Three shards as three databases of one server are fine; one database twice is not. */
  private void checkDatabases() {
    Map<String, ServerDraft> owners = new LinkedHashMap<>();
    for (ServerDraft server : topology.servers()) {
      Optional<String> key = key(server);
      Optional<ServerDraft> first = key.map(k -> owners.putIfAbsent(k, server));
      first.ifPresent(
          other ->
              problems.add(
                  Code.SERVER_SHARED,
                  server.port().orElseThrow().place(),
                  other.title() + " and " + server.title() + " are the same database",
                  "Host, port and database are those of line "
                      + other.name().place().line()
                      + "; change one of the three."));
    }
  }

  private static Optional<String> key(ServerDraft server) {
    if (server.host().isEmpty() || server.port().isEmpty() || server.database().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        canonical(server.host().get().value())
            + " "
            + server.port().get().value()
            + " "
            + server.database().get().value());
  }

  /** One name for all names of one host that can be told without asking a name server. */
  private static String canonical(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    String trimmed = lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    if (trimmed.equals(LOOPBACK) || trimmed.equals("127.0.0.1")) {
      return LOOPBACK;
    }
    if (trimmed.indexOf(':') < 0) {
      return trimmed;
    }
    try {
      // With a colon in it, it is an address, which is parsed and not looked up.
      InetAddress address = InetAddress.getByName(trimmed);
      return address.isLoopbackAddress() ? LOOPBACK : address.getHostAddress();
    } catch (UnknownHostException e) {
      return trimmed;
    }
  }

  private static boolean isLoopback(String host) {
    return canonical(host).equals(LOOPBACK);
  }
}
