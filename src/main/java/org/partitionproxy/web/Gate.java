package org.partitionproxy.web;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;

/**
 * Who is let in. The token keeps other users of this machine out, and pages that make a browser ask
 * this port. The host's name keeps out a page whose own name was made to mean 127.0.0.1 after it
 * was loaded (DNS rebinding), which the browser would let read the answers.
 */
final class Gate {

  private final byte[] token;
  private final List<String> hosts;

  Gate(String token, int port) {
    this.token = token.getBytes(StandardCharsets.UTF_8);
    this.hosts = List.of("127.0.0.1:" + port, "localhost:" + port);
  }

  /**
   * @param host all headers of this name
   */
  boolean knowsHost(List<String> host) {
    return host.size() == 1 && hosts.contains(host.get(0));
  }

  /**
   * @param path as it was sent, {@code /TOKEN/page.js}
   * @return what is behind the token, {@code page.js}; empty without the right one
   */
  Optional<String> admit(String path) {
    int end = path.indexOf('/', 1);
    if (end < 0) {
      return Optional.empty();
    }
    byte[] given = path.substring(1, end).getBytes(StandardCharsets.UTF_8);
    // It takes the same time wherever they differ: the token can't be found out letter by letter.
    return MessageDigest.isEqual(token, given)
        ? Optional.of(path.substring(end + 1))
        : Optional.empty();
  }
}
