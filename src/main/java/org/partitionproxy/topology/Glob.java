package org.partitionproxy.topology;

import java.util.regex.Pattern;

/** A pattern for names on the command line: {@code *} is any text, {@code ?} one character. */
public record Glob(String text) {

  public Glob {
    if (text.isBlank()) {
      throw new IllegalArgumentException("a pattern for names is not empty");
    }
  }

  public boolean matches(String name) {
    StringBuilder regex = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '*' -> regex.append(".*");
                case '?' -> regex.append('.');
                default -> regex.append(Pattern.quote(Character.toString(c)));
              }
            });
    return Pattern.compile(regex.toString(), Pattern.DOTALL).matcher(name).matches();
  }

  @Override
  public String toString() {
    return text;
  }
}
