package org.partitionproxy.console;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.partitionproxy.secret.SecretEntry;

/** {@code ppp secrets}: what is known of passwords, but not they. */
public final class SecretsView {

  private final List<SecretEntry> entries;
  private final Instant now;

  public SecretsView(List<SecretEntry> entries, Instant now) {
    this.entries = List.copyOf(entries);
    this.now = now;
  }

  public String text() {
    Table table = new Table().column("name").column("source").numbers("age").column("state");
    for (SecretEntry entry : entries) {
      table.row(
          entry.name(),
          entry.source(),
          entry.created().map(at -> Durations.compact(Duration.between(at, now))),
          entry.rotating() ? "rotating" : "");
    }
    return table.render();
  }

  /** An array of objects with {@code name}, {@code source}, {@code created}, {@code rotating}. */
  public String json() {
    return Json.pretty(entries);
  }
}
