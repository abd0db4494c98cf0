package org.partitionproxy.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Expected output in a file of its own under {@code src/test/resources/golden}. {@code mvn verify
 * -Dgolden.update=true} writes the files instead of comparing them: read the difference before you
 * commit it.
 */
public final class GoldenFile {

  private static final Path FOLDER = Path.of("src/test/resources/golden");

  private GoldenFile() {}

  /**
   * @param name relative to the folder: {@code help/ppp.txt}
   */
  public static void assertMatches(String name, String actual) {
    Path file = FOLDER.resolve(name);
    try {
      if (Boolean.getBoolean("golden.update")) {
        Files.createDirectories(file.getParent());
        Files.writeString(file, actual);
      }
      assertThat(file).as("run with -Dgolden.update=true to make it").exists();
      assertThat(actual).as("as in %s", file).isEqualTo(Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
