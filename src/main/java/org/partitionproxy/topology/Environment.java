package org.partitionproxy.topology;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.diagnostic.Code;

/**
 * The environment variables that shards.yaml may refer to as <code>${NAME}</code>; <code>$${</code>
 * stands for <code>${</code> itself. What a variable holds never appears in a message.
 */
final class Environment {

  private static final String NAME = "[A-Za-z_][A-Za-z0-9_]*";
  private static final Pattern REFERENCE = Pattern.compile("\\$(?:\\$\\{|\\{([^}]*)(}?))");
  private static final Pattern NAME_FORM = Pattern.compile(NAME);
  private static final Pattern ONLY_REFERENCE = Pattern.compile("\\$\\{" + NAME + "}");

  private final Map<String, String> variables;
  private final Problems problems;

  Environment(Map<String, String> variables, Problems problems) {
    this.variables = variables;
    this.problems = problems;
  }

  /** Whether a text is one reference and nothing else. */
  static boolean isReference(String text) {
    return ONLY_REFERENCE.matcher(text).matches();
  }

  /** The text with its references replaced; empty if one of them was reported. */
  Optional<Placed<String>> expand(Placed<String> text) {
    if (text.value().indexOf("${") < 0) {
      return Optional.of(text);
    }
    Matcher matcher = REFERENCE.matcher(text.value());
    StringBuilder expanded = new StringBuilder();
    boolean good = true;
    while (matcher.find()) {
      String name = matcher.group(1);
      if (name == null) {
        matcher.appendReplacement(expanded, Matcher.quoteReplacement("${"));
        continue;
      }
      String value = variables.get(name);
      Place place = part(text, matcher);
      good &= check(name, matcher.end(2) > matcher.start(2), value, place);
      matcher.appendReplacement(expanded, Matcher.quoteReplacement(value == null ? "" : value));
    }
    matcher.appendTail(expanded);
    return good ? Optional.of(new Placed<>(expanded.toString(), text.place())) : Optional.empty();
  }

  private boolean check(String name, boolean closed, @Nullable String value, Place place) {
    if (!closed || !NAME_FORM.matcher(name).matches()) {
      problems.add(
          Code.REFERENCE_INVALID,
          place,
          "this is not a reference to an environment variable",
          "Write ${NAME}, with letters, digits and underscores; for the two characters themselves"
              + " write $${.");
      return false;
    }
    if (value == null || value.isEmpty()) {
      problems.add(
          Code.VARIABLE_UNSET,
          place,
          "environment variable \"" + name + "\" is " + (value == null ? "not set" : "empty"),
          "Set it where ppp runs: export " + name + "=...");
      return false;
    }
    return true;
  }

  /** The reference within its text, where the text stands in the file as it is. */
  private static Place part(Placed<String> text, Matcher matcher) {
    String value = text.value();
    int quotes = text.place().length() - value.codePointCount(0, value.length());
    if (quotes != 0 && quotes != 2) {
      return text.place();
    }
    int offset = quotes / 2 + value.codePointCount(0, matcher.start());
    return text.place().part(offset, value.codePointCount(matcher.start(), matcher.end()));
  }
}
