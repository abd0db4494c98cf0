package org.partitionproxy.demo;

import java.util.regex.Matcher;

/** The example's shards.yaml with what a demo was asked for. */
public final class EventTopology {

  /** Of the topology, which nobody else's should have. */
  public static final String NAME = "demo-events";

  public static final String TABLE = "events";

  private static final String TENANT = "acme";

  private EventTopology() {}

  /**
   * @param example the text of the example's
   */
  public static String text(String example, EventLoad load) {
    String text =
        example
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
