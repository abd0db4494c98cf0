package org.partitionproxy.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;

/** What a demo starts from: a folder of {@code examples}, which nobody writes to. */
public record DemoExample(Path folder) {

  /** Of its shards.yaml, without the comment at its beginning. */
  public String topology() {
    return read(folder.resolve("shards.yaml")).replaceFirst("\\A(#.*\n)+", "");
  }

  /** The text of each of its migrations, by the file's name. */
  public SortedMap<String, String> migrations() {
    Path migrations = folder.resolve("migrations");
    SortedMap<String, String> texts = new TreeMap<>();
    try (Stream<Path> scripts = Files.list(migrations)) {
      scripts.forEach(script -> texts.put(script.getFileName().toString(), read(script)));
    } catch (IOException e) {
      throw unreadable(migrations, e);
    }
    return texts;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static PppException unreadable(Path file, IOException e) {
    return new PppException(
        Diagnostic.error(
            Code.STATE_FOLDER_UNUSABLE,
            "\"" + file + "\" cannot be read: " + e,
            "It comes with ppp; get it from there again."),
        e);
  }
}
