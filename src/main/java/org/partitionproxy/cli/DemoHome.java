package org.partitionproxy.cli;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.partitionproxy.demo.DemoExample;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;

/**
 * Where a demo finds its example, and where it works unless it is told.
 *
 * @param example {@code examples/NAME} beside {@code bin}, wherever the user is
 */
record DemoHome(DemoExample example, Path folder) {

  static DemoHome of(String demo, Map<String, String> environment) {
    Path home = installation();
    Path example = home.resolve("examples").resolve(demo);
    if (!Files.isRegularFile(example.resolve("shards.yaml"))) {
      throw new PppException(
          Diagnostic.error(
              Code.NOT_THE_DEMO,
              "\"" + example + "\" is missing",
              "The demo needs the folder examples that comes with ppp, beside its folder bin."));
    }
    Path state = Files.isWritable(home) ? home.resolve(".ppp") : ofUser(environment).resolve("ppp");
    return new DemoHome(new DemoExample(example), state.resolve("demo-" + demo));
  }

  /** The checkout, or wherever its build was put: target/ppp.jar is two below it. */
  private static Path installation() {
    try {
      Path code =
          Path.of(DemoHome.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      return Optional.ofNullable(code.toAbsolutePath().getParent())
          .map(Path::getParent)
          .orElse(code);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Of the XDG Base Directory Specification. */
  private static Path ofUser(Map<String, String> environment) {
    return Optional.ofNullable(environment.get("XDG_STATE_HOME"))
        .filter(folder -> folder.startsWith("/"))
        .map(Path::of)
        .orElseGet(() -> Path.of(System.getProperty("user.home", "/tmp"), ".local", "state"));
  }
}
