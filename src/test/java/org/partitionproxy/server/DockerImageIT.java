package org.partitionproxy.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.secret.Secret;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.SslMode;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.ImageFromDockerfile;

/** The image by itself, without compose and without what ppp mounts. */
@NeedsDocker
class DockerImageIT {

  @Test
  void isAPostgresqlThatHasPgCron() {
    ImageFromDockerfile image =
        // A name of its own, built again under it: no image stays behind for each run.
        new ImageFromDockerfile("partitionproxy/postgres-test", false)
            .withFileFromPath(".", Path.of(ComposeFile.IMAGE_FOLDER))
            .withBuildArg("BASE", DockerCondition.base());
    try (GenericContainer<?> container =
        new GenericContainer<>(image)
            .withEnv("POSTGRES_PASSWORD", "of the image's test")
            .withExposedPorts(ComposeFile.CONTAINER_PORT)
            .waitingFor(Wait.forLogMessage(".*ready to accept connections.*\\s", 2))) {
      container.start();
      try (Session session = connect(container)) {
        assertThat(session.majorVersion()).isEqualTo(18);
        assertThat(
                session.query(
                    """
                    SELECT name FROM pg_catalog.pg_available_extensions
                    WHERE name IN ('pg_cron', 'postgres_fdw') ORDER BY name""",
                    row -> row.string("name")))
            .containsExactly("pg_cron", "postgres_fdw");
      }
    }
  }

  private static Session connect(GenericContainer<?> container) {
    ServerDefinition server =
        new ServerDefinition(
            ServerName.VENEER,
            container.getHost(),
            container.getMappedPort(ComposeFile.CONTAINER_PORT),
            Optional.empty(),
            Identifier.of("postgres"),
            Identifier.of("postgres"),
            Optional.of(Secret.of("of the image's test")),
            SslMode.PREFER,
            Optional.empty(),
            new TreeMap<>(),
            new TreeMap<>());
    return new Connector(name -> Optional.empty(), "ppp test").maintenance(server);
  }
}
