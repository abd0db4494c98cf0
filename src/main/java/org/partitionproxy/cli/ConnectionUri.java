package org.partitionproxy.cli;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.SslMode;

/**
 * How libpq and most drivers are told where and as whom to connect.
 *
 * @see <a
 *     href="https://www.postgresql.org/docs/18/libpq-connect.html#LIBPQ-CONNSTRING-URIS">PostgreSQL,
 *     32.1.1.2 Connection URIs</a>
 */
record ConnectionUri(ServerDefinition server, String role, Secret secret) {

  private static final String UNRESERVED = "-._~";

  /** With the password in it. */
  String text() {
    return "postgresql://"
        + encoded(role)
        + ":"
        + encoded(secret.reveal())
        + "@"
        + host()
        + ":"
        + server.port()
        + "/"
        + encoded(server.database().value())
        + parameters();
  }

  /** IPv6 addresses are in brackets; folders of Unix sockets are encoded, as names are. */
  private String host() {
    return server.host().indexOf(':') >= 0 ? "[" + server.host() + "]" : encoded(server.host());
  }

  private String parameters() {
    List<String> parameters = new ArrayList<>();
    if (server.sslMode() != SslMode.PREFER) {
      parameters.add("sslmode=" + server.sslMode());
    }
    server
        .sslRootCert()
        .ifPresent(path -> parameters.add("sslrootcert=" + encoded(path.toString())));
    return parameters.isEmpty() ? "" : "?" + String.join("&", parameters);
  }

  private static String encoded(String text) {
    StringBuilder encoded = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xFF);
      if (c < 128 && (Character.isLetterOrDigit(c) || UNRESERVED.indexOf(c) >= 0)) {
        encoded.append(c);
      } else {
        encoded.append(String.format("%%%02X", (int) c));
      }
    }
    return encoded.toString();
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "postgresql://" + encoded(role) + "@" + host() + ":" + server.port();
  }
}
