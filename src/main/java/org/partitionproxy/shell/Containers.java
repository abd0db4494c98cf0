package org.partitionproxy.shell;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.partitionproxy.topology.ServerName;

/** Containers of a topology, found by the labels that its compose file puts on them. */
final class Containers {

  private static final String TOPOLOGY_LABEL = "org.partitionproxy.topology";
  private static final String SERVER_LABEL = "org.partitionproxy.server";

  private Containers() {}

  /** The running container of a server; empty also where Docker does not answer. */
  static Optional<String> find(Path docker, String topology, ServerName server) {
    try {
      Process process =
          new ProcessBuilder(
                  docker.toString(),
                  "ps",
                  "--quiet",
                  "--no-trunc",
                  "--filter",
                  "label=" + TOPOLOGY_LABEL + "=" + topology,
                  "--filter",
                  "label=" + SERVER_LABEL + "=" + server)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      process.getOutputStream().close();
      String ids = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor() == 0
          ? ids.lines().map(String::strip).filter(id -> !id.isEmpty()).findFirst()
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
