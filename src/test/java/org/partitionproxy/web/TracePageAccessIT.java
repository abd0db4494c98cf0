package org.partitionproxy.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.inspect.Values;
import org.partitionproxy.trace.Trace;

/** Who gets what of the page, byte by byte, as no browser would ask. */
class TracePageAccessIT {

  private static final String SECRET = "'a secret'";

  private final TracePage page =
      new TracePage(SampleTraces.topology(), TracePageAccessIT::plan, Values.HIDDEN);
  private final int port = page.address().getPort();
  private final String root = page.address().getPath();

  private static String plan(Trace trace) {
    if (trace.statement().startsWith("SELECT 1")) {
      throw new IllegalStateException(SECRET);
    }
    if (trace.statement().startsWith("SELECT 2")) {
      throw new PppException(
          Diagnostic.error(
              Code.SERVER_UNREACHABLE, "shard \"shard3\" does not answer", "Start it."));
    }
    return "a plan";
  }

  @AfterEach
  void close() {
    page.close();
  }

  /** The whole answer. */
  private String ask(String method, String path, String... headers) throws IOException {
    try (Socket socket = request(method, path, headers)) {
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private Socket request(String method, String path, String... headers) throws IOException {
    Socket socket = new Socket(page.address().getHost(), port);
    socket.setSoTimeout(10_000);
    String request =
        method + " " + path + " HTTP/1.1\r\nConnection: close\r\n" + String.join("\r\n", headers);
    socket.getOutputStream().write((request + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
    return socket;
  }

  private String get(String path) throws IOException {
    return ask("GET", path, "Host: 127.0.0.1:" + port);
  }

  private void publish(String statement) {
    page.publish(List.of(SampleTraces.read("initech", "shard3", statement, 10, 10)));
  }

  @Test
  void servesThePageBehindItsTokenAndNothingElse() throws IOException {
    assertThat(root).matches("/[A-Za-z0-9_-]{32}/");
    assertThat(get(root)).startsWith("HTTP/1.1 200").contains("text/html", "<title>ppp inspector");
    assertThat(get(root + "page.css")).startsWith("HTTP/1.1 200").contains("text/css");
    assertThat(get(root + "page.js")).startsWith("HTTP/1.1 200").contains("text/javascript");
    assertThat(get(root + "icon.svg")).startsWith("HTTP/1.1 200").contains("image/svg+xml");
    for (String path :
        List.of(
            "page.html", "nothing", "../page.css", "%2e%2e/", "TracePage.class", "/", "page.js/")) {
      assertThat(get(root + path)).as(path).startsWith("HTTP/1.1 404");
    }
  }

  @Test
  void refusesWhoDoesNotHaveTheToken() throws IOException {
    String other = root.replace(root.charAt(1), root.charAt(1) == 'x' ? 'y' : 'x');
    String shorter = root.substring(0, root.length() - 2) + "/";
    for (String path :
        List.of("/", "/page.js", "/events", "/plan?id=1", other, shorter, other + "events")) {
      assertThat(get(path)).as(path).startsWith("HTTP/1.1 403").doesNotContain("bookstore");
    }
    assertThat(get(root.substring(0, root.length() - 1))).startsWith("HTTP/1.1 403");
  }

  @Test
  void refusesEveryHostButThisMachine() throws IOException {
    for (String host :
        List.of(
            "evil.example:" + port,
            "127.0.0.1",
            "127.0.0.1:1",
            "127.0.0.1:" + port + ".evil",
            "")) {
      assertThat(ask("GET", root, "Host: " + host)).as(host).startsWith("HTTP/1.1 403");
    }
    assertThat(ask("GET", root)).as("without").startsWith("HTTP/1.1 403");
    assertThat(ask("GET", root, "Host: 127.0.0.1:" + port, "Host: evil.example"))
        .startsWith("HTTP/1.1 403");
    assertThat(ask("GET", root, "Host: localhost:" + port)).startsWith("HTTP/1.1 200");
  }

  @Test
  void changesNothingForAnybody() throws IOException {
    for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS", "PATCH", "HEAD", "TRACE")) {
      assertThat(ask(method, root, "Host: 127.0.0.1:" + port, "Content-Length: 0"))
          .as(method)
          .startsWith("HTTP/1.1 405")
          .containsIgnoringCase("Allow: GET");
    }
  }

  @Test
  void tellsTheBrowserToBeStrict() throws IOException {
    for (String path : List.of(root, root + "plan?id=1", root + "nothing", "/")) {
      assertThat(get(path).toLowerCase(Locale.ROOT))
          .contains("content-security-policy: default-src 'none'; script-src 'self';")
          .contains("frame-ancestors 'none'", "require-trusted-types-for 'script'")
          .contains("x-content-type-options: nosniff", "referrer-policy: no-referrer")
          .contains("cache-control: no-store", "cross-origin-resource-policy: same-origin")
          .doesNotContain("access-control");
    }
  }

  @Test
  void listensOnTheLoopbackInterfaceAlone() throws IOException {
    for (NetworkInterface one : Collections.list(NetworkInterface.getNetworkInterfaces())) {
      for (InetAddress address : Collections.list(one.getInetAddresses())) {
        if (!address.isLoopbackAddress()) {
          assertThatThrownBy(() -> new Socket(address, port).close())
              .isInstanceOf(IOException.class);
        }
      }
    }
    assertThat(page.address().getHost()).isEqualTo("127.0.0.1");
  }

  @Test
  void streamsWhatIsKeptAndThenWhatComes() throws IOException {
    publish("SELECT " + SECRET);
    try (Socket socket = request("GET", root + "events", "Host: 127.0.0.1:" + port)) {
      BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      assertThat(data(lines)).contains("\"name\":\"bookstore\"", "\"values_shown\":false");
      assertThat(data(lines)).contains("\"id\":1,", "\"statement\":\"SELECT ?\"");
      publish("SELECT 1 AS \"line\nbreak\"");
      assertThat(data(lines)).contains("\"id\":2,", "\\\"line\\nbreak\\\"");
    }
    String again = "Last-Event-ID: 1";
    try (Socket socket = request("GET", root + "events", "Host: 127.0.0.1:" + port, again)) {
      BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      assertThat(data(lines)).contains("bookstore");
      assertThat(data(lines)).doesNotContain("\"id\":1,").contains("\"id\":2,");
    }
  }

  private static String data(BufferedReader lines) throws IOException {
    String line = lines.readLine();
    while (!line.startsWith("data: ")) {
      line = lines.readLine();
    }
    return line;
  }

  @Test
  void dropsAReaderThatDoesNotReadAndBuffersNothingForIt() throws IOException {
    List<Trace> many =
        Collections.nCopies(
            400, SampleTraces.read("initech", "shard3", "SELECT " + "x".repeat(10_000), 1, 1));
    try (Socket deaf = request("GET", root + "events", "Host: 127.0.0.1:" + port)) {
      await().until(() -> page.readers() == 1);
      await()
          .until(
              () -> {
                page.publish(many);
                return page.readers() == 0;
              });
      assertThat(deaf.isConnected()).isTrue();
    }
    assertThat(get(root)).as("for the others").startsWith("HTTP/1.1 200");
  }

  @Test
  void takesOnlySoManyReaders() throws IOException {
    List<Socket> sockets = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      sockets.add(request("GET", root + "events", "Host: 127.0.0.1:" + port));
    }
    await().until(() -> page.readers() == 16);
    assertThat(get(root + "events")).startsWith("HTTP/1.1 503");
    for (Socket socket : sockets) {
      socket.close();
    }
    await()
        .until(
            () -> {
              publish("SELECT 3");
              return page.readers() == 0;
            });
  }

  @Test
  void answersForPlansAlsoWhenThereIsNone() throws IOException {
    publish("SELECT 1");
    publish("SELECT 2");
    publish("SELECT 3");

    assertThat(get(root + "plan?id=3")).startsWith("HTTP/1.1 200").endsWith("a plan\n");
    assertThat(get(root + "plan?id=2"))
        .startsWith("HTTP/1.1 422")
        .contains("text/plain", "shard \"shard3\" does not answer");
    assertThat(get(root + "plan?id=1")).startsWith("HTTP/1.1 500").doesNotContain(SECRET);
    for (String query :
        List.of("", "?id=4", "?id=", "?id=-1", "?id=99999999999999999999", "?x=1")) {
      assertThat(get(root + "plan" + query)).as(query).startsWith("HTTP/1.1 404");
    }
  }

  @Test
  void isGoneWhenItIsClosed() throws IOException {
    URI address = page.address();
    try (Socket reading = request("GET", root + "events", "Host: 127.0.0.1:" + port)) {
      await().until(() -> page.readers() == 1);
      page.close();
      assertThat(new String(reading.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .startsWith("HTTP/1.1 200");
    }
    assertThatThrownBy(() -> new Socket(address.getHost(), port).close())
        .isInstanceOf(IOException.class);
  }
}
