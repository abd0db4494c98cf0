package org.partitionproxy.web;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Every request: whether it is let in, and which answer it gets. */
final class PageHandler implements HttpHandler {

  /**
   * The page runs its own script and talks to its own server, and that is all. With {@code
   * trusted-types} the browser refuses to make HTML of text, wherever it came from.
   */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
          + " require-trusted-types-for 'script'; trusted-types 'none'";

  private final Gate gate;
  private final EventStream events;
  private final Plans plans;

  PageHandler(Gate gate, EventStream events, Plans plans) {
    this.gate = gate;
    this.events = events;
    this.plans = plans;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      secure(exchange.getResponseHeaders());
      Headers asked = exchange.getRequestHeaders();
      if (!gate.knowsHost(Objects.requireNonNullElse(asked.get("Host"), List.of()))) {
        send(exchange, Answer.text(403, "unknown host"));
        return;
      }
      Optional<String> path = gate.admit(exchange.getRequestURI().getRawPath());
      if (path.isEmpty()) {
        send(exchange, Answer.text(403, "the address is not complete"));
      } else if (!exchange.getRequestMethod().equals("GET")) {
        exchange.getResponseHeaders().set("Allow", "GET");
        send(exchange, Answer.text(405, "only GET"));
      } else {
        serve(exchange, path.get());
      }
    }
  }

  private static void secure(Headers headers) {
    headers.set("Content-Security-Policy", POLICY);
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
    headers.set("Cross-Origin-Opener-Policy", "same-origin");
    headers.set("Cache-Control", "no-store");
  }

  private void serve(HttpExchange exchange, String path) throws IOException {
    switch (path) {
      case "" -> send(exchange, Answer.resource("page.html", "text/html; charset=utf-8"));
      case "page.css" -> send(exchange, Answer.resource(path, "text/css; charset=utf-8"));
      case "page.js" -> send(exchange, Answer.resource(path, "text/javascript; charset=utf-8"));
      case "icon.svg" -> send(exchange, Answer.resource(path, "image/svg+xml"));
      case "plan" -> send(exchange, plans.answer(exchange.getRequestURI().getRawQuery()));
      case "events" -> events.send(exchange);
      default -> send(exchange, Answer.text(404, "there is nothing here"));
    }
  }

  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", answer.type());
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(answer.status(), -1);
      return;
    }
    exchange.sendResponseHeaders(answer.status(), answer.body().length);
    OutputStream body = exchange.getResponseBody();
    body.write(answer.body());
  }
}
