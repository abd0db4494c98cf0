package org.partitionproxy.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Test;

class DemoFolderTest {

  private static final String TEXT = "veneer: { port: %d }\nshard1: { port: %d }\n";

  private static ServerSocket listen() throws IOException {
    return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  /** Two demos that choose at once, before either listens, do not choose the same. */
  @Test
  void takesTheExamplesOwnPortsWhereTheyAreFree() throws IOException {
    int free;
    int another;
    try (ServerSocket one = listen();
        ServerSocket two = listen()) {
      free = one.getLocalPort();
      another = two.getLocalPort();
    }
    String text = TEXT.formatted(free, another);
    assertThat(DemoFolder.withPorts(text, List.of(), port -> false)).isEqualTo(text);
  }

  @Test
  void takesOthersWhereSomebodyListens() throws IOException {
    try (ServerSocket taken = listen()) {
      int port = taken.getLocalPort();
      assertThat(DemoFolder.withPorts(TEXT.formatted(port, port), List.of(), one -> false))
          .doesNotContain("port: " + port)
          .containsPattern("veneer: \\{ port: 237[0-9]{2} }\nshard1: \\{ port: 23[78][0-9]{2} }\n");
    }
  }

  @Test
  void keepsThePortOfAServerThatRuns() throws IOException {
    try (ServerSocket server = listen()) {
      int port = server.getLocalPort();
      assertThat(
              DemoFolder.withPorts(
                  TEXT.formatted(23_710, 23_711), List.of(port), one -> one == port))
          .contains("veneer: { port: " + port + " }");
    }
  }
}
