package org.partitionproxy.console;

/** What may reach a terminal from a file, a server or a user. */
final class Texts {

  private Texts() {}

  /** One line without control characters, which could move the cursor or change colours. */
  static String oneLine(String text) {
    if (text.chars().noneMatch(Character::isISOControl)) {
      return text;
    }
    StringBuilder clean = new StringBuilder();
    text.chars().forEach(c -> clean.append(Character.isISOControl(c) ? ' ' : (char) c));
    return clean.toString();
  }

  /** {@code 1 change}, {@code 2 changes}. */
  static String count(int number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }
}
