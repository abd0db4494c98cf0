package org.partitionproxy.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;

/** The example's shards.yaml with what a demo was asked for. */
public final class EventTopology {

  /** Of the topology, which nobody else's should have. */
  public static final String NAME = "demo-events";

  public static final String TABLE = "events";

  private static final String TENANT = "acme";

  private EventTopology() {}

  public static String text(Path example, EventLoad load) {
    Path file = example.resolve("shards.yaml");
    try {
      return text(Files.readString(file), load);
    } catch (IOException e) {
      throw new PppException(
          Diagnostic.error(
              Code.STATE_FOLDER_UNUSABLE,
              "\"" + file + "\" cannot be read: " + e,
              "It comes with ppp; get it from there again."),
          e);
    }
  }

  static String text(String example, EventLoad load) {
    String text =
        example
            .replaceFirst("\\A(#.*\n)+", "")
            .replaceFirst("every: .*", Matcher.quoteReplacement("every: " + load.every()))
            .replaceFirst("ahead: .*", "ahead: " + load.ahead())
            .replaceFirst("keep: .*", "keep: " + load.keep().toSeconds() + " seconds");
    StringBuilder tenants = new StringBuilder("tenants:\n");
    for (int i = 1; i <= load.tenants(); i++) {
      tenants.append("  ").append(tenant(i)).append(": { shard: shard1 }\n");
    }
    return text.replaceFirst("(?s)\ntenants:.*", "\n" + tenants);
  }

  private static String tenant(int number) {
    return number == 1 ? TENANT : TENANT + "-" + number;
  }
}
