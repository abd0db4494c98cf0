package org.partitionproxy.db;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import javax.sql.DataSource;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.ServerDefinition;

/**
 * Connections of one role to one database, for libraries that want a {@link DataSource}. A login
 * with SCRAM costs the client thousands of hashes, so connections are kept; and what one user of a
 * connection has set ({@code search_path}, {@code lock_timeout}, role, advisory locks, temporary
 * tables) is gone before the next one gets it.
 *
 * @see <a href="https://www.postgresql.org/docs/18/sql-discard.html">PostgreSQL, DISCARD</a>
 */
public final class ConnectionPool implements AutoCloseable {

  /** How long a borrower waits for a free connection, or for a server that went away. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private static final class CleanSource extends HikariDataSource {

    CleanSource(HikariConfig config) {
      super(config);
    }

    @Override
    public Connection getConnection() throws SQLException {
      Connection connection = super.getConnection();
      try (Statement statement = connection.createStatement()) {
        statement.execute("DISCARD ALL");
        return connection;
      } catch (SQLException e) {
        evictConnection(connection);
        connection.close();
        throw e;
      }
    }
  }

  private final ServerDefinition server;
  private final CleanSource source;

  private ConnectionPool(ServerDefinition server, CleanSource source) {
    this.server = server;
    this.source = source;
  }

  /**
   * @param lockTimeout of every statement, unless its session says otherwise
   * @throws SqlFailure if the first connection cannot be made
   */
  static ConnectionPool open(
      ServerDefinition server,
      Identifier role,
      String url,
      Properties properties,
      int size,
      Duration lockTimeout) {
    HikariConfig config = new HikariConfig();
    config.setPoolName(server.name().value());
    config.setDriverClassName("org.postgresql.Driver");
    config.setJdbcUrl(url);
    properties.forEach((key, value) -> config.addDataSourceProperty((String) key, value));
    // Sent when the session starts, these are what DISCARD ALL goes back to.
    config.addDataSourceProperty("assumeMinServerVersion", "15");
    config.addDataSourceProperty(
        "options",
        "-c lock_timeout="
            + lockTimeout.toMillis()
            + " -c client_connection_check_interval="
            + Connector.CLIENT_CHECK.toMillis());
    config.setMaximumPoolSize(size);
    config.setMinimumIdle(0);
    config.setConnectionTimeout(PATIENCE.toMillis());
    try {
      return new ConnectionPool(server, new CleanSource(config));
    } catch (PoolInitializationException e) {
      if (e.getCause() instanceof SQLException refusal) {
        throw Failures.connecting(server, server.database().value(), role.value(), refusal);
      }
      throw e;
    }
  }

  public DataSource dataSource() {
    return source;
  }

  /** A connection of the pool as a session; closing it gives the connection back. */
  public Session borrow() {
    try {
      return new Session(server, source.getConnection());
    } catch (SQLException e) {
      throw Failures.executing(server, e, false);
    }
  }

  /** A session over a connection that somebody else borrowed and will give back: do not close. */
  public Session over(Connection connection) {
    return new Session(server, connection);
  }

  /** Ends all connections, also those in use. */
  @Override
  public void close() {
    source.close();
  }
}
