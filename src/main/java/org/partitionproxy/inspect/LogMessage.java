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
    Optional<BigDecimal> durationMillis, LogEntry.Kind kind, Optional<String> statement) {

  private static final Pattern FORM =
      Pattern.compile(
          "(?:duration: ([0-9]+(?:\\.[0-9]+)?) ms(?:  |$))?"
              + "(?:(statement: )|(execute|parse|bind) [^\\n]*?: )?");

  static LogMessage of(String message) {
    Matcher matcher = FORM.matcher(message);
    if (!matcher.lookingAt()) {
      return new LogMessage(Optional.empty(), LogEntry.Kind.OTHER, Optional.empty());
    }
    Optional<BigDecimal> duration = Optional.ofNullable(matcher.group(1)).map(BigDecimal::new);
    boolean simple = matcher.group(2) != null;
    String phase = matcher.group(3);
    if (!simple && phase == null) {
      return new LogMessage(duration, LogEntry.Kind.OTHER, Optional.empty());
    }
    boolean executed = simple || phase.equals("execute");
    return new LogMessage(
        duration,
        executed ? LogEntry.Kind.STATEMENT : LogEntry.Kind.PREPARATION,
        Optional.of(message.substring(matcher.end())));
  }
}
