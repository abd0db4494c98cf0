package org.partitionproxy.server;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** Skips tests that need a Docker engine, and says why. */
final class DockerAssumption {

  private DockerAssumption() {}

  static void requireEngine() {
    assumeTrue(
        DockerEngine.answers(),
        "no Docker engine with compose answers: the docker runtime is not tested");
    DockerEngine engine = new DockerEngine(Path.of("").toAbsolutePath());
    assumeTrue(
        engine.docker(List.of("image", "inspect", base())).succeeded()
            || engine.docker(List.of("pull", base())).succeeded(),
        "the image "
            + base()
            + " is neither here nor in a registry: the docker runtime is not"
            + " tested (PPP_POSTGRES_BASE names another)");
  }

  /** What docker/postgres is built on. */
  static String base() {
    return Objects.requireNonNullElse(System.getenv("PPP_POSTGRES_BASE"), "postgres:18");
  }
}
