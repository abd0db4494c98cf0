package org.partitionproxy.diagnostic;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds the word that was probably meant. */
public final class Suggestion {

  private Suggestion() {}

  /** {@code Did you mean "port"?} with a space before it, or nothing if no word is near enough. */
  public static String didYouMean(String word, Collection<String> known) {
    return find(word, known).map(best -> " Did you mean \"" + best + "\"?").orElse("");
  }

  /**
   * The known word that takes the fewest edits, if these are at most a third of the word's length,
   * and at most three; the first one of several that are equally near.
   */
  public static Optional<String> find(String word, Collection<String> known) {
    Optional<String> best = Optional.empty();
    int bestDistance = Math.max(1, Math.min(word.length() / 3, 3)) + 1;
    for (String candidate : known) {
      int distance =
          distance(word.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT), bestDistance);
      if (distance < bestDistance) {
        best = Optional.of(candidate);
        bestDistance = distance;
      }
    }
    return best;
  }

  /**
   * How many letters to insert, drop, replace or swap with their neighbour (optimal string
   * alignment); anything from {@code limit} up counts as {@code limit}.
   */
  static int distance(String a, String b, int limit) {
    if (Math.abs(a.length() - b.length()) >= limit) {
      return limit;
    }
    int[] beforeLast = new int[b.length() + 1];
    int[] last = new int[b.length() + 1];
    int[] current = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      last[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int cost = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        current[j] = Math.min(Math.min(current[j - 1], last[j]) + 1, last[j - 1] + cost);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          current[j] = Math.min(current[j], beforeLast[j - 2] + 1);
        }
      }
      int[] spare = beforeLast;
      beforeLast = last;
      last = current;
      current = spare;
    }
    return Math.min(limit, last[b.length()]);
  }
}
