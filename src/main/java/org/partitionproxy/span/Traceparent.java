package org.partitionproxy.span;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.inspect.SqlText;

/**
 * Finds the application's span in a statement's comment. Whoever writes a statement says whose
 * child it is: nothing but the place in a tree hangs on it.
 *
 * @see <a href="https://google.github.io/sqlcommenter/spec/">sqlcommenter</a>
 * @see <a href="https://www.w3.org/TR/trace-context/">W3C Trace Context</a>
 */
final class Traceparent {

  private static final String PARENT = "traceparent";

  /** A key and its value, both URL-encoded; a quote within is written {@code \'} or {@code %27}. */
  private static final Pattern PAIR =
      Pattern.compile("([^\\s=,']{1,200})\\s*=\\s*'((?:[^'\\\\]|\\\\.){0,2000})'");

  private Traceparent() {}

  /** Of several, the last that is well formed: what wraps a statement in another comes later. */
  static Optional<SpanContext> find(String statement) {
    if (!statement.contains(PARENT)) {
      return Optional.empty();
    }
    List<String> comments = SqlText.blockComments(statement);
    for (int i = comments.size() - 1; i >= 0; i--) {
      SpanContext found = read(comments.get(i));
      if (found.isValid()) {
        return Optional.of(found);
      }
    }
    return Optional.empty();
  }

  private static SpanContext read(String comment) {
    Map<String, String> pairs = new HashMap<>();
    Matcher matcher = PAIR.matcher(comment);
    while (matcher.find()) {
      pairs.put(decode(matcher.group(1)), decode(matcher.group(2).replace("\\'", "'")));
    }
    Context context =
        W3CTraceContextPropagator.getInstance().extract(Context.root(), pairs, Getter.GETTER);
    return Span.fromContext(context).getSpanContext();
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  private enum Getter implements TextMapGetter<Map<String, String>> {
    GETTER;

    @Override
    public Iterable<String> keys(Map<String, String> carrier) {
      return carrier.keySet();
    }

    @Override
    public @Nullable String get(@Nullable Map<String, String> carrier, String key) {
      return carrier == null ? null : carrier.get(key);
    }
  }
}
