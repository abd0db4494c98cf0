package org.partitionproxy.db;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.secret.SecretName;
import org.partitionproxy.secret.SecretSource;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.ServerDefinition;
import org.postgresql.Driver;

/** Opens sessions on the servers of a topology. */
public final class Connector {

  /** Where a server's own databases are made and its locks taken; tenants cannot connect there. */
  public static final Identifier MAINTENANCE_DATABASE = Identifier.of("postgres");

  /** Catalogs are read with nothing else in sight, so that types show with their schema's name. */
  private static final String ONLY_CATALOG = "-c search_path=pg_catalog";

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  private final SecretSource secrets;
  private final String applicationName;

  /**
   * @param applicationName as servers show it, at most 63 bytes: {@code ppp initialize}
   */
  public Connector(SecretSource secrets, String applicationName) {
    this.secrets = secrets;
    this.applicationName = applicationName;
  }

  /**
   * As the server's superuser, in the database with the tenants' schemas; only pg_catalog is on its
   * search_path.
   */
  public Session superuser(ServerDefinition server) {
    return superuser(server, server.database());
  }

  /** As the server's superuser, in {@link #MAINTENANCE_DATABASE}. */
  public Session maintenance(ServerDefinition server) {
    return superuser(server, MAINTENANCE_DATABASE);
  }

  private Session superuser(ServerDefinition server, Identifier database) {
    Secret secret = server.password().orElseGet(() -> require(server.superuserSecret(), server));
    return open(server, database, server.user(), secret, ONLY_CATALOG);
  }

  /** As a role that ppp made, in the database with the tenants' schemas. */
  public Session as(ServerDefinition server, Identifier role) {
    return open(
        server, server.database(), role, require(SecretName.ofRole(role.value()), server), "");
  }

  /**
   * Connections as a role that ppp made, in the database with the tenants' schemas; one is opened
   * at once.
   *
   * @param lockTimeout of every statement, unless its session says otherwise
   */
  public ConnectionPool pool(
      ServerDefinition server, Identifier role, int size, Duration lockTimeout) {
    Secret secret = require(SecretName.ofRole(role.value()), server);
    return ConnectionPool.open(
        server,
        role,
        url(server, server.database()),
        properties(server, role, secret, ""),
        size,
        lockTimeout);
  }

  private Secret require(SecretName name, ServerDefinition server) {
    return secrets
        .find(name)
        .orElseThrow(
            () ->
                new PppException(
                    Diagnostic.error(
                        Code.LOGIN_REFUSED,
                        "no password is known for \"" + name + "\"",
                        "Server \""
                            + server.name()
                            + "\" needs it. For a server that ppp runs, `ppp start` makes it; for"
                            + " another, put `password: ${NAME}` into shards.yaml and set that"
                            + " variable.")));
  }

  private Session open(
      ServerDefinition server,
      Identifier database,
      Identifier role,
      Secret secret,
      String startupOptions) {
    try {
      Connection connection =
          new Driver()
              .connect(url(server, database), properties(server, role, secret, startupOptions));
      if (connection == null) {
        throw new IllegalStateException("the driver does not know its own URL");
      }
      return new Session(server, connection);
    } catch (SQLException e) {
      throw Failures.connecting(server, database.value(), role.value(), e);
    }
  }

  static String url(ServerDefinition server, Identifier database) {
    return "jdbc:postgresql://"
        + server.endpoint()
        + "/"
        + java.net.URLEncoder.encode(database.value(), java.nio.charset.StandardCharsets.UTF_8);
  }

  private Properties properties(
      ServerDefinition server, Identifier role, Secret secret, String startupOptions) {
    Properties properties = new Properties();
    properties.setProperty("user", role.value());
    properties.setProperty("password", secret.reveal());
    properties.setProperty("ApplicationName", applicationName);
    // The name goes with the login, not as a first statement without a name in the server's log.
    properties.setProperty("assumeMinServerVersion", "15");
    properties.setProperty("connectTimeout", Long.toString(CONNECT_TIMEOUT.toSeconds()));
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("preferQueryMode", "extendedForPrepared");
    if (!startupOptions.isEmpty()) {
      properties.setProperty("options", startupOptions);
    }
    properties.setProperty("sslmode", server.sslMode().toString());
    server.sslRootCert().ifPresent(p -> properties.setProperty("sslrootcert", p.toString()));
    return properties;
  }
}
