package org.partitionproxy.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An expected output, kept in a file beside the tests. {@code -Dgolden.update=true} writes what the
 * tests saw instead of comparing; read the difference before committing it.
 */
public final class GoldenFile {

  private static final Path FOLDER = Path.of("src/test/resources/golden");
  private static final String UPDATE = "golden.update";

  private final Path file;

  private GoldenFile(Path file) {
    this.file = file;
  }

  /**
   * @param name below {@code src/test/resources/golden}: {@code help/ppp.txt}
   */
  public static void assertMatches(String name, String actual) {
    of(FOLDER.resolve(name)).holds(actual);
  }

  public static GoldenFile of(Path file) {
    return new GoldenFile(file);
  }

  /** Fails where the file differs from this, or is missing. */
  public void holds(String actual) {
    if (Boolean.getBoolean(UPDATE)) {
      write(actual);
      return;
    }
    assertThat(file)
        .as("golden file; mvn test -D%s=true writes it", UPDATE)
        .exists()
        .content()
        .isEqualTo(actual);
  }

  private void write(String actual) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.writeString(file, actual);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
