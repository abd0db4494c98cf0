package org.partitionproxy.web;

import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A headless Chromium of its own, driven by the DevTools protocol. Every name but this machine's is
 * unknown to it, so that what it shows works without a network.
 *
 * @see <a href="https://chromedevtools.github.io/devtools-protocol/">the protocol</a>
 */
final class Chromium implements AutoCloseable {

  private static final List<String> PROGRAMS =
      List.of("chromium", "chromium-browser", "google-chrome");
  private static final String LISTENING = "DevTools listening on ";
  private static final JsonMapper JSON = new JsonMapper();

  private final Path profile;
  private final Process process;
  private final WebSocket socket;
  private final AtomicLong lastCall = new AtomicLong();
  private final Map<Long, CompletableFuture<JsonNode>> calls = new ConcurrentHashMap<>();
  private final List<Consumer<JsonNode>> listeners = new CopyOnWriteArrayList<>();

  Chromium() throws IOException {
    profile = Files.createTempDirectory("ppp-chromium");
    List<String> command = new ArrayList<>();
    command.add(findProgram().orElseThrow().toString());
    command.addAll(
        List.of(
            "--headless=new",
            "--remote-debugging-port=0",
            "--user-data-dir=" + profile,
            // As root it refuses to run otherwise.
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-extensions",
            "--disable-sync",
            "--disable-component-update",
            "--disable-default-apps",
            "--no-zygote",
            "--no-first-run",
            "--hide-scrollbars",
            "--force-color-profile=srgb",
            "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
            "about:blank"));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD);
    // What it leaves behind goes with the profile.
    builder.environment().put("TMPDIR", profile.toString());
    process = builder.start();
    socket =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .buildAsync(address(), new Messages())
            .join();
  }

  /** {@code PPP_CHROMIUM}, or the first of the usual names on the path. */
  static Optional<Path> findProgram() {
    String named = System.getenv("PPP_CHROMIUM");
    Stream<Path> candidates =
        named != null
            ? Stream.of(Path.of(named))
            : PROGRAMS.stream()
                .flatMap(
                    name ->
                        Stream.of(System.getenv("PATH").split(":"))
                            .map(folder -> Path.of(folder, name)));
    return candidates.filter(Files::isExecutable).findFirst();
  }

  private URI address() throws IOException {
    BufferedReader errors = process.errorReader(StandardCharsets.UTF_8);
    for (String line = errors.readLine(); line != null; line = errors.readLine()) {
      if (line.startsWith(LISTENING)) {
        Thread drain = new Thread(() -> errors.lines().forEach(ignored -> {}), "chromium-stderr");
        drain.setDaemon(true);
        drain.start();
        return URI.create(line.substring(LISTENING.length()).strip());
      }
    }
    throw new IOException("Chromium ended with " + process.onExit().join().exitValue());
  }

  /** Empty. */
  Tab newTab() {
    String target =
        call("", "Target.createTarget", Map.of("url", "about:blank")).get("targetId").asString();
    String session =
        call("", "Target.attachToTarget", Map.of("targetId", target, "flatten", true))
            .get("sessionId")
            .asString();
    Tab tab = new Tab(this, session);
    listeners.add(tab::listen);
    tab.prepare();
    return tab;
  }

  /**
   * @param session of a tab; empty for the browser itself
   */
  JsonNode call(String session, String method, Map<String, ?> parameters) {
    long id = lastCall.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    calls.put(id, answer);
    Map<String, Object> message = new LinkedHashMap<>();
    message.put("id", id);
    message.put("method", method);
    message.put("params", parameters);
    if (!session.isEmpty()) {
      message.put("sessionId", session);
    }
    socket.sendText(JSON.writeValueAsString(message), true).join();
    JsonNode got = answer.orTimeout(20, TimeUnit.SECONDS).join();
    if (got.has("error")) {
      throw new IllegalStateException(method + ": " + got.get("error"));
    }
    return got.get("result");
  }

  private void take(JsonNode message) {
    JsonNode id = message.get("id");
    if (id == null) {
      listeners.forEach(listener -> listener.accept(message));
      return;
    }
    CompletableFuture<JsonNode> call = calls.remove(id.asLong());
    if (call != null) {
      call.complete(message);
    }
  }

  @Override
  public void close() {
    List<ProcessHandle> children = process.descendants().toList();
    socket.abort();
    // Nothing in it is worth an orderly end.
    process.destroyForcibly();
    children.forEach(ProcessHandle::destroyForcibly);
    process.onExit().join();
    // Its children may still be about to write.
    await().pollDelay(Duration.ZERO).ignoreExceptions().until(this::deleteProfile);
  }

  private boolean deleteProfile() throws IOException {
    try (Stream<Path> files = Files.walk(profile)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
    return Files.notExists(profile);
  }

  /** Puts the parts of a message together. */
  private final class Messages implements WebSocket.Listener {

    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        String message = text.toString();
        text.setLength(0);
        take(JSON.readTree(message));
      }
      from.request(1);
      return CompletableFuture.completedStage(null);
    }
  }
}
