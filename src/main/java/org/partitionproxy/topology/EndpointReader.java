package org.partitionproxy.topology;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.partitionproxy.diagnostic.Code;

/** Reads hosts, ports and addresses. */
final class EndpointReader {

  private static final Pattern NAME_OR_IPV4 = Pattern.compile("[A-Za-z0-9._-]+");
  private static final Pattern IPV6 =
      Pattern.compile("[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f.:]*(?:%[A-Za-z0-9._-]+)?");
  private static final Pattern PORT = Pattern.compile("[1-9][0-9]{0,4}");
  private static final Pattern ADDRESS =
      Pattern.compile("(?:\\[([^\\[\\]]+)\\]|([^\\[\\]:]+)):([^:]*)");

  private final Problems problems;

  EndpointReader(Problems problems) {
    this.problems = problems;
  }

  /** A name or an address that a TCP connection can be made to. */
  Optional<Placed<String>> host(Placed<String> text) {
    if (isHost(text.value())) {
      return Optional.of(text);
    }
    problems.add(
        Code.VALUE_INVALID,
        text.place(),
        "\"host\" is neither a host's name nor an IP address",
        text.value().startsWith("/")
            ? "ppp connects over TCP; a folder of Unix sockets can only be in address:, for the"
                + " veneer."
            : "Write the name or the address alone; the port has its own key.");
    return Optional.empty();
  }

  private static boolean isHost(String text) {
    return NAME_OR_IPV4.matcher(text).matches() || IPV6.matcher(text).matches();
  }

  Optional<Placed<Integer>> port(Placed<String> text) {
    Optional<Integer> port = parsePort(text.value());
    if (port.isEmpty()) {
      problems.add(
          Code.PORT_INVALID,
          text.place(),
          "\"port\" is not a port",
          "A port is a whole number from 1 to 65535, without leading zeros.");
    }
    return port.map(number -> new Placed<>(number, text.place()));
  }

  private static Optional<Integer> parsePort(String text) {
    return Optional.of(text)
        .filter(PORT.asMatchPredicate())
        .map(Integer::valueOf)
        .filter(number -> number <= 65_535);
  }

  /** {@code host:port}, {@code [address]:port}, or {@code /folder:port} for Unix sockets. */
  Optional<HostPort> address(Placed<String> text) {
    Matcher matcher = ADDRESS.matcher(text.value());
    if (matcher.matches()) {
      String ipv6 = matcher.group(1);
      String host = ipv6 == null ? matcher.group(2) : ipv6;
      Optional<Integer> port = parsePort(matcher.group(3));
      boolean good =
          ipv6 == null ? host.startsWith("/") || isHost(host) : IPV6.matcher(ipv6).matches();
      if (good && port.isPresent()) {
        return Optional.of(new HostPort(host, port.get()));
      }
    }
    problems.add(
        Code.VALUE_INVALID,
        text.place(),
        "\"address\" is not a host and a port",
        "Write host:port, with square brackets around an IPv6 address: [fd00::5]:5432.");
    return Optional.empty();
  }
}
