package org.partitionproxy.inspect;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The parts of a {@code LOG} message about a statement: {@code statement: …}, {@code execute NAME:
 * …}, {@code duration: 1.2 ms bind NAME: …}. The server writes them in the language of lc_messages;
 * English is read here.
 */
record LogMessage(
    Optional<BigDecimal> durationMillis,
    LogEntry.Kind kind,
    Optional<String> statement,
    Optional<String> plan) {

  /** Of auto_explain, where its format is JSON. */
  private static final String PLAN = "plan:\n{";

  private static final Pattern FORM =
      Pattern.compile(
          "(?:duration: ([0-9]+(?:\\.[0-9]+)?) ms(?:  |$))?"
              + "(?:(statement: )|(execute|parse|bind) [^\\n]*?: )?");

  static LogMessage of(String message) {
    Matcher matcher = FORM.matcher(message);
    if (!matcher.lookingAt()) {
      return other(Optional.empty());
    }
    Optional<BigDecimal> duration = Optional.ofNullable(matcher.group(1)).map(BigDecimal::new);
    boolean simple = matcher.group(2) != null;
    String phase = matcher.group(3);
    if (duration.isPresent() && message.startsWith(PLAN, matcher.end())) {
      String plan = message.substring(matcher.end() + PLAN.length() - 1);
      return new LogMessage(duration, LogEntry.Kind.PLAN, Optional.empty(), Optional.of(plan));
    }
    if (!simple && phase == null) {
      return other(duration);
    }
    boolean executed = simple || phase.equals("execute");
    return new LogMessage(
        duration,
        executed ? LogEntry.Kind.STATEMENT : LogEntry.Kind.PREPARATION,
        Optional.of(message.substring(matcher.end())),
        Optional.empty());
  }

  private static LogMessage other(Optional<BigDecimal> duration) {
    return new LogMessage(duration, LogEntry.Kind.OTHER, Optional.empty(), Optional.empty());
  }
}
