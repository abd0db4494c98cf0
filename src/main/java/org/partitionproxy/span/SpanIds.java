package org.partitionproxy.span;

import io.opentelemetry.sdk.trace.IdGenerator;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.partitionproxy.trace.Trace;

/**
 * Numbers spans by what they are of, not by chance: whoever reads the same logs again, or at the
 * same time, gives a statement the same span, and a backend knows it as one. The numbers are a
 * SHA-256 of veneer, session and beginning, all of which the veneer's log alone tells, so that
 * clocks of shards don't change them. Not safe for threads.
 */
final class SpanIds implements IdGenerator {

  private static final int TRACE_BYTES = 16;
  private static final int SPAN_BYTES = 8;

  /** Far more than there are statements of one session with the same beginning in a row. */
  private static final int REMEMBERED = 1000;

  private final Map<String, Integer> seen =
      new LinkedHashMap<>(REMEMBERED * 2) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Integer> eldest) {
          return size() > REMEMBERED;
        }
      };

  private String root = "";
  private byte[] next = digest("");

  /** The spans that are made from now on are those of this trace. */
  void begin(Trace trace) {
    String key = trace.veneer() + " " + trace.session() + " " + trace.begin();
    int before = seen.merge(key, 1, Integer::sum) - 1;
    root = "ppp " + key + " " + before;
    next = digest(root);
  }

  /** The next span is the one of this forwarded statement. */
  void child(int index) {
    next = digest(root + " " + index);
  }

  @Override
  public String generateTraceId() {
    return HexFormat.of().formatHex(next, 0, TRACE_BYTES);
  }

  @Override
  public String generateSpanId() {
    return HexFormat.of().formatHex(next, TRACE_BYTES, TRACE_BYTES + SPAN_BYTES);
  }

  private static byte[] digest(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
