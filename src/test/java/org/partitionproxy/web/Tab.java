package org.partitionproxy.web;

import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import tools.jackson.databind.JsonNode;

/** A page in a browser: what is on it, and the hands of somebody who uses it. */
final class Tab {

  private static final Duration POLL = Duration.ofMillis(25);

  private final Chromium browser;
  private final String session;
  private final List<String> complaints = new CopyOnWriteArrayList<>();

  Tab(Chromium browser, String session) {
    this.browser = browser;
    this.session = session;
  }

  void prepare() {
    call("Page.enable", Map.of());
    call("Runtime.enable", Map.of());
    call("Log.enable", Map.of());
    call("Emulation.setTimezoneOverride", Map.of("timezoneId", "UTC"));
    call("Emulation.setFocusEmulationEnabled", Map.of("enabled", true));
  }

  void size(int width, int height) {
    call(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
  }

  void listen(JsonNode message) {
    if (!session.equals(message.path("sessionId").asString(""))) {
      return;
    }
    JsonNode parameters = message.get("params");
    switch (message.get("method").asString()) {
      case "Runtime.exceptionThrown" ->
          complaints.add(parameters.get("exceptionDetails").toString());
      case "Log.entryAdded" -> complaints.add(parameters.get("entry").toString());
      default -> {}
    }
  }

  /** Exceptions, refusals of the security policy, answers that failed. */
  List<String> complaints() {
    return complaints;
  }

  void open(URI address) {
    complaints.clear();
    call("Page.navigate", Map.of("url", address.toString()));
    until("document.readyState === 'complete' && document.body.dataset.last !== undefined");
  }

  /** Nothing of the page is left but its complaints. */
  void leave() {
    call("Page.navigate", Map.of("url", "about:blank"));
  }

  private JsonNode call(String method, Map<String, ?> parameters) {
    return browser.call(session, method, parameters);
  }

  /** The value of an expression; a promise's when it is kept. */
  JsonNode evaluate(String expression) {
    JsonNode got =
        call(
            "Runtime.evaluate",
            Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
    if (got.has("exceptionDetails")) {
      throw new IllegalStateException(expression + ": " + got.get("exceptionDetails"));
    }
    return got.get("result").path("value");
  }

  String text(String selector) {
    return evaluate("document.querySelector('" + selector + "').textContent").asString();
  }

  List<String> texts(String selector) {
    List<String> texts = new ArrayList<>();
    evaluate("[...document.querySelectorAll('" + selector + "')].map(e => e.textContent)")
        .forEach(text -> texts.add(text.asString()));
    return texts;
  }

  int count(String selector) {
    return evaluate("document.querySelectorAll('" + selector + "').length").asInt();
  }

  /** Waits for it. */
  void until(String condition) {
    await(condition)
        .pollInterval(POLL)
        .pollDelay(Duration.ZERO)
        .until(() -> evaluate("Boolean(" + condition + ")").asBoolean());
  }

  void click(String selector) {
    JsonNode at =
        evaluate(
            "(() => { const r = document.querySelector('"
                + selector
                + "').getBoundingClientRect();"
                + " return [r.x + r.width / 2, r.y + Math.min(r.height / 2, 12)]; })()");
    for (String type : List.of("mousePressed", "mouseReleased")) {
      call(
          "Input.dispatchMouseEvent",
          Map.of("type", type, "x", at.get(0), "y", at.get(1), "button", "left", "clickCount", 1));
    }
  }

  void choose(String selector, String value) {
    evaluate(
        "(() => { const s = document.querySelector('"
            + selector
            + "'); s.value = '"
            + value
            + "'; s.dispatchEvent(new Event('change', { bubbles: true })); })()");
  }

  void press(String key) {
    int code =
        switch (key) {
          case "Tab" -> 9;
          case "Enter" -> 13;
          case "Escape" -> 27;
          case " " -> 32;
          case "End" -> 35;
          case "Home" -> 36;
          case "ArrowUp" -> 38;
          case "ArrowDown" -> 40;
          default -> throw new IllegalArgumentException(key);
        };
    String text = key.equals("Enter") ? "\r" : key.equals(" ") ? " " : "";
    call(
        "Input.dispatchKeyEvent",
        Map.of("type", "keyDown", "key", key, "windowsVirtualKeyCode", code, "text", text));
    call(
        "Input.dispatchKeyEvent",
        Map.of("type", "keyUp", "key", key, "windowsVirtualKeyCode", code));
  }

  /**
   * @param scheme {@code light} or {@code dark}
   * @param motion {@code reduce} or {@code no-preference}
   */
  void prefer(String scheme, String motion) {
    call(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(
                Map.of("name", "prefers-color-scheme", "value", scheme),
                Map.of("name", "prefers-reduced-motion", "value", motion))));
  }

  /** What a screen reader is told of: each with its role and name. */
  List<JsonNode> accessibleNodes() {
    List<JsonNode> nodes = new ArrayList<>();
    call("Accessibility.getFullAXTree", Map.of()).get("nodes").forEach(nodes::add);
    return nodes;
  }

  /** As PNG. */
  byte[] picture() {
    String data = call("Page.captureScreenshot", Map.of("format", "png")).get("data").asString();
    return Base64.getDecoder().decode(data);
  }
}
