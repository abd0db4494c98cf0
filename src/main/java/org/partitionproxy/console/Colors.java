package org.partitionproxy.console;

import java.util.Map;

/** Colours for a terminal, or none: then every text comes back as it went in. */
public final class Colors {

  public static final Colors NONE = new Colors(false);

  private final boolean enabled;

  private Colors(boolean enabled) {
    this.enabled = enabled;
  }

  /**
   * On a terminal that has colours, unless the user wants none.
   *
   * @param environment where {@code NO_COLOR} and {@code TERM} are looked up
   * @see <a href="https://no-color.org">NO_COLOR</a>
   */
  public static Colors of(boolean terminal, Map<String, String> environment) {
    boolean unwanted = !environment.getOrDefault("NO_COLOR", "").isEmpty();
    boolean dumb = environment.getOrDefault("TERM", "dumb").equals("dumb");
    return terminal && !unwanted && !dumb ? new Colors(true) : NONE;
  }

  public boolean enabled() {
    return enabled;
  }

  public String bold(String text) {
    return sgr("1", text);
  }

  public String faint(String text) {
    return sgr("2", text);
  }

  public String red(String text) {
    return sgr("31", text);
  }

  public String green(String text) {
    return sgr("32", text);
  }

  public String yellow(String text) {
    return sgr("33", text);
  }

  public String blue(String text) {
    return sgr("34", text);
  }

  public String cyan(String text) {
    return sgr("36", text);
  }

  /** ECMA-48, 8.3.117 SGR: select graphic rendition. */
  private String sgr(String code, String text) {
    return enabled && !text.isEmpty() ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }
}
