package org.partitionproxy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.testing.TestServer;

/** What root can try in the place of others: that all this works for an ordinary user too. */
class OrdinaryUserIT {

  @Test
  void startsServersInItsOwnFolders() throws IOException {
    assumeThat(SystemUser.isRoot()).as("root, who can become another user").isTrue();
    Path folder = Files.createTempDirectory("ppp-it-");
    SystemUser user = SystemUser.forServersIn(folder);
    try {
      List<String> command =
          List.of(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-Duser.home=" + folder,
              "-cp",
              copyOfTheClassPath(folder),
              Program.class.getName());
      user.adopt(folder);
      Subprocess.Outcome outcome = user.run(folder, command);
      assertThat(outcome.output()).endsWith("done as " + user.name());
      assertThat(folder.resolve(".cache/ppp")).isDirectory();
    } finally {
      FolderTree.delete(folder);
    }
  }

  /** The local repository may lie where only root can read it. */
  private static String copyOfTheClassPath(Path folder) throws IOException {
    List<String> copies = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path original = Path.of(entry);
      Path copy = folder.resolve(copies.size() + "-" + original.getFileName());
      try (var paths = Files.walk(original)) {
        for (Path path : paths.toList()) {
          Path target = copy.resolve(original.relativize(path).toString());
          Files.copy(path, target, StandardCopyOption.REPLACE_EXISTING);
          target.toFile().setReadable(true, false);
          target.toFile().setExecutable(Files.isDirectory(target), false);
        }
      }
      copies.add(copy.toString());
    }
    return String.join(File.pathSeparator, copies);
  }

  /** Runs as that user. */
  static final class Program {

    private Program() {}

    public static void main(String[] arguments) {
      try (TemporaryCheckout checkout = TemporaryCheckout.make()) {
        checkout.start();
        assertThat(checkout.data()).startsWith(checkout.topology().stateFolder());
        assertThat(checkout.setting(checkout.shard(), "data_directory"))
            .isEqualTo(checkout.data().toString());
        checkout.stop();
        checkout.start();
      }
      Connector connector = new Connector(name -> java.util.Optional.empty(), "ppp test");
      try (Session session = connector.superuser(TestServer.shared("a").freshDatabase("shard1"))) {
        assertThat(session.majorVersion()).isGreaterThanOrEqualTo(18);
      }
      System.out.println("done as " + System.getProperty("user.name"));
    }
  }
}
