package org.partitionproxy.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a server wrote since it was told to start: first to the file that pg_ctl gives it, then to
 * its JSON log.
 */
final class StartupLog {

  /** What pg_ctl's {@code -l} gets; in the server's folder. */
  static final String FILE = "start.log";

  private static final Pattern LINE =
      Pattern.compile("\\b(LOG|WARNING|ERROR|FATAL|PANIC|DETAIL|HINT): +(.*)");
  private static final Pattern ABOUT_A_PROBLEM =
      Pattern.compile("(WARNING|ERROR|FATAL|PANIC|DETAIL|HINT).*|LOG: (could not|invalid|unrec).*");
  private static final String ABOUT_LOGGING = "HINT: Future log output will appear";

  private final Path folder;
  private final Map<Path, Long> sizes = new TreeMap<>();

  private StartupLog(Path folder) {
    this.folder = folder;
  }

  /** Begins now. */
  static StartupLog of(Path serverFolder, SystemUser user) {
    StartupLog log = new StartupLog(serverFolder);
    user.write(serverFolder, FILE, "");
    log.jsonFiles().forEach(file -> log.sizes.put(file, file.toFile().length()));
    return log;
  }

  private List<Path> jsonFiles() {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> logs =
        Files.newDirectoryStream(folder.resolve(DataFolder.NAME).resolve("log"), "*.json")) {
      logs.forEach(files::add);
    } catch (IOException e) {
      // No log folder yet: nothing was logged there.
    }
    return files.stream().sorted().toList();
  }

  /** The messages about problems, one a line, in their order; empty if there are none. */
  String problems() {
    List<String> lines = new ArrayList<>();
    read(folder.resolve(FILE), 0).lines().forEach(line -> plain(line).ifPresent(lines::add));
    for (Path file : jsonFiles()) {
      long from = sizes.getOrDefault(file, 0L);
      read(file, from > file.toFile().length() ? 0 : from)
          .lines()
          .forEach(line -> lines.addAll(json(line)));
    }
    return lines.stream()
        .filter(line -> ABOUT_A_PROBLEM.matcher(line).matches() && !line.startsWith(ABOUT_LOGGING))
        .collect(Collectors.joining("\n"));
  }

  private static String read(Path file, long from) {
    try {
      byte[] all = Files.readAllBytes(file);
      int start = (int) Math.min(from, all.length);
      return new String(all, start, all.length - start, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  private static Optional<String> plain(String line) {
    Matcher matcher = LINE.matcher(line);
    return matcher.find()
        ? Optional.of(matcher.group(1) + ": " + matcher.group(2))
        : line.startsWith("postgres:") || line.startsWith("sh:")
            ? Optional.of("ERROR: " + line)
            : Optional.empty();
  }

  private static List<String> json(String line) {
    try {
      JsonNode entry = JsonMapper.shared().readTree(line);
      List<String> lines = new ArrayList<>();
      lines.add(
          entry.path("error_severity").asString("") + ": " + entry.path("message").asString(""));
      if (entry.has("hint") && ABOUT_A_PROBLEM.matcher(lines.get(0)).matches()) {
        lines.add("HINT: " + entry.path("hint").asString(""));
      }
      return lines;
    } catch (JacksonException e) {
      return List.of(); // a line that is still being written
    }
  }
}
