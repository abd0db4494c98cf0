package org.partitionproxy.web;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.partitionproxy.console.Json;
import org.partitionproxy.inspect.Values;
import org.partitionproxy.topology.Topology;
import org.partitionproxy.trace.Trace;

/**
 * A page with the traffic of one topology, on a free port of 127.0.0.1, until it is closed. It can
 * be looked at and nothing else, by whoever has its {@link #address}. The newest traces are kept
 * for those who come later.
 */
public final class TracePage implements AutoCloseable {

  private static final int KEPT_TRACES = 1_000;
  private static final long KEPT_BYTES = 32L << 20;
  private static final int TOKEN_BYTES = 24;

  private final Values values;
  private final TraceRing ring = new TraceRing(KEPT_TRACES, KEPT_BYTES);
  private final HttpServer server;
  private final ExecutorService threads;
  private final URI address;

  /**
   * Serves at once.
   *
   * @param plan the combined plan of a trace, as text, without values where they are hidden; called
   *     when somebody asks for it, by several threads, and may fail with a {@code PppException}
   * @param values whether literals, parameters, and what errors quote may leave this class
   * @throws UncheckedIOException if no port is to be had
   */
  public TracePage(Topology topology, Function<Trace, String> plan, Values values) {
    this.values = values;
    try {
      server = HttpServer.create(new InetSocketAddress(loopback(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException("no port for the page", e);
    }
    threads = Executors.newCachedThreadPool(TracePage::daemon);
    server.setExecutor(threads);
    String token = newToken();
    int port = server.getAddress().getPort();
    address = URI.create("http://127.0.0.1:" + port + "/" + token + "/");
    String map = Json.line(ShownTopology.of(topology, values == Values.SHOWN, KEPT_TRACES));
    server.createContext(
        "/",
        new PageHandler(
            new Gate(token, port),
            new EventStream(ring, map.strip().getBytes(StandardCharsets.UTF_8)),
            new Plans(ring, plan)));
    server.start();
  }

  /** Not {@code InetAddress.getLoopbackAddress}, which may be IPv6. */
  private static InetAddress loopback() throws IOException {
    return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "trace-page");
    thread.setDaemon(true);
    return thread;
  }

  private static String newToken() {
    byte[] bytes = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** With the token in it: a secret among the users of this machine. */
  public URI address() {
    return address;
  }

  /** Shows them to all who look. Waits for none of them. */
  public void publish(List<Trace> traces) {
    for (Trace trace : traces) {
      ShownTrace shown = ShownTrace.of(trace, values);
      ring.add(trace, Json.line(shown).strip().getBytes(StandardCharsets.UTF_8));
    }
    ring.announce();
  }

  /** How many look at the page at the moment. */
  int readers() {
    return ring.readers();
  }

  @Override
  public void close() {
    ring.close();
    server.stop(0);
    threads.shutdownNow();
  }
}
