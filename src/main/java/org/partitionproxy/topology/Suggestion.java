package org.partitionproxy.topology;

import java.util.Collection;
import java.util.Locale;

/** Finds the word that was probably meant. */
final class Suggestion {

  private Suggestion() {}

  /** {@code Did you mean "port"?} with a space before it, or nothing if no word is near enough. */
  static String didYouMean(String word, Collection<String> known) {
    String best = "";
    int bestDistance = Math.max(1, Math.min(word.length() / 3, 3)) + 1;
    for (String candidate : known) {
      int distance =
          distance(word.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT), bestDistance);
      if (distance < bestDistance) {
        best = candidate;
        bestDistance = distance;
      }
    }
    return best.isEmpty() ? "" : " Did you mean \"" + best + "\"?";
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
