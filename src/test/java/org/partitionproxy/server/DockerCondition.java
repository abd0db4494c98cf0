package org.partitionproxy.server;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Whether there are an engine and the image that docker/postgres is built on. */
final class DockerCondition implements ExecutionCondition {

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    if (context.getTestMethod().isPresent()) {
      return ConditionEvaluationResult.enabled("the class was asked");
    }
    if (!DockerEngine.answers()) {
      return skip("no Docker engine with compose answers", context);
    }
    DockerEngine engine = new DockerEngine(Path.of("").toAbsolutePath());
    if (!engine.docker(List.of("image", "inspect", base())).succeeded()
        && !engine.docker(List.of("pull", base())).succeeded()) {
      return skip(
          "the image "
              + base()
              + " is neither here nor in a registry; PPP_POSTGRES_BASE names"
              + " another",
          context);
    }
    return ConditionEvaluationResult.enabled("a Docker engine answers");
  }

  /** Said on the console too: the build's summary counts what is skipped, without the reason. */
  private static ConditionEvaluationResult skip(String reason, ExtensionContext context) {
    System.err.println("SKIPPED " + context.getDisplayName() + ": " + reason);
    return ConditionEvaluationResult.disabled(reason);
  }

  /** What docker/postgres is built on. */
  static String base() {
    return Objects.requireNonNullElse(System.getenv("PPP_POSTGRES_BASE"), "postgres:18");
  }
}
