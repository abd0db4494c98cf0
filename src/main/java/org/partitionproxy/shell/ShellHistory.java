package org.partitionproxy.shell;

import java.time.Instant;
import java.util.Locale;
import org.jline.reader.impl.history.DefaultHistory;

/** A history of whole statements, without those that name a password. */
final class ShellHistory extends DefaultHistory {

  @Override
  public void add(Instant time, String statement) {
    if (isKept(statement)) {
      super.add(time, statement);
    }
  }

  static boolean isKept(String statement) {
    return !statement.toLowerCase(Locale.ROOT).contains("password");
  }
}
