package org.partitionproxy.scenario;

import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.inspect.LogEntry;
import org.partitionproxy.inspect.LogQuery;
import org.partitionproxy.inspect.LogWatch;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Topology;
import org.partitionproxy.topology.TopologyReader;
import org.postgresql.Driver;

/** A scene whose databases log each step of a statement with its duration, and what they logged. */
final class Traced {

  private final Scene scene;

  Traced(Scene scene) throws SQLException {
    this.scene = scene;
    for (ServerDefinition server : topology().servers()) {
      try (Client superuser = scene.superuser(server.name().value())) {
        String database = "ALTER DATABASE " + server.database();
        superuser.execute(database + " SET log_statement = 'none'");
        superuser.execute(database + " SET log_min_duration_statement = 0");
        superuser.execute(database + " SET log_parameter_max_length = -1");
      }
    }
  }

  Topology topology() {
    return TopologyReader.read(
        scene.folder().resolve("shards.yaml"),
        Map.of("PPP_TEST_PASSWORD", scene.place("veneer").server.password().reveal()));
  }

  /** As the role for all tenants, through the veneer. */
  Connection connect() throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", scene.appRole());
    properties.setProperty("password", scene.password(scene.appRole()));
    Scene.Place veneer = scene.place("veneer");
    Connection connection =
        new Driver()
            .connect(
                "jdbc:postgresql://127.0.0.1:" + veneer.port + "/" + veneer.database, properties);
    if (connection == null) {
      throw new IllegalStateException("the driver does not know its own URL");
    }
    return connection;
  }

  /** All that the scene's databases were asked until now. */
  Map<ServerDefinition, List<LogEntry>> logs() {
    Map<ServerDefinition, List<LogEntry>> logs = new LinkedHashMap<>();
    for (ServerDefinition server : topology().servers()) {
      String mark = UUID.randomUUID().toString();
      try (Session session = connector(server).superuser(server)) {
        session.execute(Sql.of("SELECT {}", Literal.of(mark)));
      }
      // The logger is a process of its own.
      await().until(() -> entries(server, 10).stream().anyMatch(e -> e.message().contains(mark)));
      logs.put(server, entries(server, Integer.MAX_VALUE));
    }
    return logs;
  }

  private static Connector connector(ServerDefinition server) {
    return new Connector(name -> server.password(), "ppp test");
  }

  private static List<LogEntry> entries(ServerDefinition server, int newest) {
    List<LogEntry> entries = new ArrayList<>();
    LogQuery query =
        new LogQuery(server, Optional.empty(), true, Optional.empty(), Optional.empty(), newest);
    new LogWatch(
            () -> connector(server).superuser(server),
            query,
            new LogWatch.Listener() {
              @Override
              public void warn(List<Diagnostic> warnings) {}

              @Override
              public boolean show(List<LogEntry> some) {
                some.stream()
                    .filter(e -> e.database().equals(Optional.of(server.database().value())))
                    .forEach(entries::add);
                return true;
              }

              @Override
              public void disconnected(SqlFailure reason) {}

              @Override
              public void reconnected() {}
            })
        .once();
    return entries;
  }
}
