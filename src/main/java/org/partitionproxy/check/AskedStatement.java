package org.partitionproxy.check;

import java.util.Optional;
import org.partitionproxy.diagnostic.SourcePosition;
import org.partitionproxy.script.Statement;

/**
 * A statement of the application.
 *
 * @param statement its line is its rank by calls, where it comes from statistics
 * @param source the file as the user named it, or {@code statistics of shard1}
 * @param calls how often it ran, where that is known
 */
public record AskedStatement(String source, Statement statement, Optional<Long> calls) {

  public String text() {
    return statement.text();
  }

  public int line() {
    return statement.line();
  }

  /** {@code app.sql:12} */
  public String place() {
    return source + ":" + statement.line();
  }

  /** {@code app.sql:12:8} */
  public SourcePosition position(int inStatement) {
    return statement.position(source, inStatement);
  }
}
