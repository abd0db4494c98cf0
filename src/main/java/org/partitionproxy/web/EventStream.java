package org.partitionproxy.web;

import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Traces as they come, as Server-Sent Events. First the map (event {@code topology}), then what is
 * kept, then what comes; a browser that lost its connection goes on behind the last trace it got.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">the HTML
 *     standard</a>
 */
final class EventStream {

  private static final int MOST_READERS = 16;
  private static final Duration HEARTBEAT = Duration.ofSeconds(5);
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

  private final TraceRing ring;
  private final byte[] map;

  EventStream(TraceRing ring, byte[] map) {
    this.ring = ring;
    this.map = map;
  }

  /** Until the reader goes away, is too slow, or the page is closed. */
  void send(HttpExchange exchange) throws IOException {
    long seen = number(exchange.getRequestHeaders().getFirst("Last-Event-ID"));
    Optional<TraceRing.Reader> registered = ring.register(seen, MOST_READERS);
    if (registered.isEmpty()) {
      exchange.sendResponseHeaders(503, -1);
      return;
    }
    try (TraceRing.Reader reader = registered.get()) {
      exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
      exchange.sendResponseHeaders(200, 0);
      send(reader, exchange.getResponseBody());
    } catch (InterruptedException e) {
      // Dropped: the connection ends, and whoever is still there comes again.
    }
  }

  private void send(TraceRing.Reader reader, OutputStream out)
      throws IOException, InterruptedException {
    out.write(ascii("retry: 500\nevent: topology\ndata: "));
    out.write(map);
    out.write(ascii("\n\n"));
    out.flush();
    while (true) {
      out.write(event(reader.next(HEARTBEAT)));
      out.flush();
    }
  }

  private static byte[] event(TraceRing.Portion portion) {
    if (portion.entries().isEmpty()) {
      return ascii(":\n\n");
    }
    ByteArrayOutputStream event = new ByteArrayOutputStream();
    if (portion.missed() > 0) {
      event.writeBytes(ascii("event: missed\ndata: " + portion.missed() + "\n\n"));
    }
    char separator = '[';
    long last = 0;
    event.writeBytes(ascii("data: "));
    for (TraceRing.Entry entry : portion.entries()) {
      event.writeBytes(ascii(separator + "{\"id\":" + entry.id() + ",\"trace\":"));
      event.writeBytes(entry.json());
      event.write('}');
      separator = ',';
      last = entry.id();
    }
    event.writeBytes(ascii("]\nid: " + last + "\n\n"));
    return event.toByteArray();
  }

  private static long number(@Nullable String text) {
    return text != null && NUMBER.matcher(text).matches() ? Long.parseLong(text) : 0;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
