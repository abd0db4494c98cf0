package org.partitionproxy.span;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;

/**
 * What a collector wants to see with each request, as a password of its own. It comes from the
 * environment, which not everybody on a machine can read, and is never told again.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/otel/protocol/exporter/">OpenTelemetry Protocol
 *     Exporter, Specifying headers via environment variables</a>
 */
final class CollectorHeaders {

  /** In the order in which they count: that for traces alone stands in for the other. */
  private static final List<String> VARIABLES =
      List.of("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS");

  /** {@code token} of RFC 9110, 5.6.2. */
  private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

  private static final Pattern ENCODED = Pattern.compile("(?:%[0-9A-Fa-f]{2})+");

  /** What every HTTP client sends as it is. */
  private static final Pattern PLAIN = Pattern.compile("[ -~]*");

  private final SortedMap<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

  private CollectorHeaders() {}

  /**
   * @throws PppException if they are not {@code name=value,name=value}
   */
  static CollectorHeaders of(Map<String, String> environment) {
    CollectorHeaders found = new CollectorHeaders();
    for (String variable : VARIABLES) {
      String text = environment.getOrDefault(variable, "");
      if (!text.isBlank()) {
        found.read(variable, text);
        return found;
      }
    }
    return found;
  }

  private void read(String variable, String text) {
    for (String entry : text.split(",", -1)) {
      if (!entry.isBlank()) {
        int equals = entry.indexOf('=');
        String name = entry.substring(0, Math.max(0, equals)).strip();
        String value = decoded(entry.substring(equals + 1).strip());
        if (!NAME.matcher(name).matches() || !PLAIN.matcher(value).matches()) {
          throw unreadable(variable);
        }
        headers.put(name.toLowerCase(Locale.ROOT), value);
      }
    }
  }

  /** A plus stays what it is, as everywhere but in forms; so does a percent sign by itself. */
  private static String decoded(String value) {
    return ENCODED
        .matcher(value)
        .replaceAll(found -> Matcher.quoteReplacement(text(found.group())));
  }

  private static String text(String encoded) {
    String[] numbers = encoded.substring(1).split("%", -1);
    byte[] bytes = new byte[numbers.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Integer.parseInt(numbers[i], 16);
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static PppException unreadable(String variable) {
    return new PppException(
        Diagnostic.error(
            Code.USAGE,
            "environment variable \"" + variable + "\" holds no headers",
            "It is a list of name=value with commas in between, and in a value what is no plain"
                + " letter, digit or sign is percent-encoded: authorization=Bearer%20… What it holds"
                + " is not shown here, as it may be secret."));
  }

  void forEach(BiConsumer<String, String> each) {
    headers.forEach(each);
  }

  /** Not the values. */
  @Override
  public String toString() {
    return headers.keySet().toString();
  }
}
