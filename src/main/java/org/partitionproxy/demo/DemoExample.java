package org.partitionproxy.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;

/** What a demo starts from: a folder of {@code examples}, which nobody writes to. */
public record DemoExample(Path folder) {

  /** Of its shards.yaml, without the comment at its beginning. */
  public String topology() {
    Path file = folder.resolve("shards.yaml");
    try {
      return Files.readString(file).replaceFirst("\\A(#.*\n)+", "");
    } catch (IOException e) {
      throw new PppException(
          Diagnostic.error(
              Code.STATE_FOLDER_UNUSABLE,
              "\"" + file + "\" cannot be read: " + e,
              "It comes with ppp; get it from there again."),
          e);
    }
  }
}
