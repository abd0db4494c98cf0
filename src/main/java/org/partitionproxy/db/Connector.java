package org.partitionproxy.db;

import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Function;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
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

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  /** {@code invalid_password}, which is also what a role without any password gets. */
  private static final String WRONG_PASSWORD = "28P01";

  /**
   * How soon a server notices that ppp was killed in the middle of a statement, and gives its locks
   * back: without, not before the statement ends.
   *
   * @see <a
   *     href="https://www.postgresql.org/docs/18/runtime-config-connection.html#GUC-CLIENT-CONNECTION-CHECK-INTERVAL">PostgreSQL,
   *     19.3.2 TCP Settings</a>
   */
  static final Duration CLIENT_CHECK = Duration.ofSeconds(5);

  private static final String OPTIONS =
      "-c client_connection_check_interval=" + CLIENT_CHECK.toMillis();

  /**
   * Catalogs are read with nothing else in sight, so that types show with their schema's name. Some
   * of their functions wait for who has a table to itself, and should not do so for ever. What the
   * veneer shows may be changed.
   */
  private static final String SUPERUSER_OPTIONS =
      "-c search_path=pg_catalog -c lock_timeout=60s -c ppp.ddl=on " + OPTIONS;

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
   * Has Java find what the first login needs, the driver and its cryptography: nearly a tenth of a
   * second, for which no server has to be known yet.
   */
  public static void prepare() {
    new Driver();
    char[] password = {'p'};
    try {
      SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
          .generateSecret(new PBEKeySpec(password, new byte[16], 256, 256));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
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
    return server
        .password()
        .map(secret -> open(server, database, server.user(), secret, SUPERUSER_OPTIONS))
        .orElseGet(
            () ->
                login(
                    server,
                    server.superuserSecret(),
                    secret -> open(server, database, server.user(), secret, SUPERUSER_OPTIONS)));
  }

  /** As a role that ppp made, in the database with the tenants' schemas. */
  public Session as(ServerDefinition server, Identifier role) {
    return login(
        server,
        SecretName.ofRole(role.value()),
        secret -> open(server, server.database(), role, secret, OPTIONS));
  }

  /**
   * Connections as a role that ppp made, in the database with the tenants' schemas; one is opened
   * at once.
   *
   * @param lockTimeout of every statement, unless its session says otherwise
   */
  public ConnectionPool pool(
      ServerDefinition server, Identifier role, int size, Duration lockTimeout) {
    return login(
        server,
        SecretName.ofRole(role.value()),
        secret ->
            ConnectionPool.open(
                server,
                role,
                url(server, server.database()),
                properties(server, role, secret, OPTIONS),
                size,
                lockTimeout));
  }

  /**
   * The password that this server takes for a role that ppp made, for programs that log in by
   * themselves. Asks the server only while a rotation is under way, when it may be either.
   */
  public Secret passwordOf(ServerDefinition server, Identifier role) {
    SecretName name = SecretName.ofRole(role.value());
    return secrets.findNext(name).isEmpty()
        ? require(name, server)
        : login(
            server,
            name,
            secret -> {
              open(server, server.database(), role, secret, OPTIONS).close();
              return secret;
            });
  }

  /** Tries the password that is known, and if it is refused the one that is replacing it. */
  private <T> T login(ServerDefinition server, SecretName name, Function<Secret, T> attempt) {
    Secret known = require(name, server);
    try {
      return attempt.apply(known);
    } catch (SqlFailure e) {
      Optional<Secret> other =
          e.sqlState().equals(WRONG_PASSWORD) ? successor(name, known) : Optional.empty();
      if (other.isEmpty()) {
        throw e;
      }
      return attempt.apply(other.get());
    }
  }

  /** That of a rotation that is under way, or that has ended a moment ago. */
  private Optional<Secret> successor(SecretName name, Secret known) {
    return secrets
        .findNext(name)
        .or(() -> secrets.find(name))
        .filter(secret -> !secret.equals(known));
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
    properties.setProperty("options", startupOptions);
    properties.setProperty("sslmode", server.sslMode().toString());
    server.sslRootCert().ifPresent(p -> properties.setProperty("sslrootcert", p.toString()));
    return properties;
  }
}
