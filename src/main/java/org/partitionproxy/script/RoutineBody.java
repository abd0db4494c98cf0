package org.partitionproxy.script;

import java.util.ArrayList;
import java.util.List;

/**
 * Follows the words of one statement to know whether it stands in the {@code BEGIN ATOMIC … END} of
 * a routine, where semicolons separate statements of the body.
 *
 * @see <a href="https://www.postgresql.org/docs/18/sql-createfunction.html">PostgreSQL, CREATE
 *     FUNCTION</a>
 */
final class RoutineBody {

  /** {@code create or replace function}: no more words decide. */
  private static final int DECIDING_WORDS = 4;

  private final List<String> first = new ArrayList<>();
  private String last = "";
  private int depth;

  /**
   * @param word in lower case, outside of parentheses
   */
  void word(String word) {
    if (depth > 0 && word.equals("case")) {
      depth++;
    } else if (depth > 0 && word.equals("end")) {
      depth--;
    } else if (word.equals("atomic") && last.equals("begin") && isRoutine()) {
      depth++;
    }
    if (first.size() < DECIDING_WORDS) {
      first.add(word);
    }
    last = word;
  }

  boolean isOpen() {
    return depth > 0;
  }

  private boolean isRoutine() {
    List<String> words = new ArrayList<>(first);
    if (words.size() >= 3 && words.get(1).equals("or") && words.get(2).equals("replace")) {
      words.subList(1, 3).clear();
    }
    return words.size() >= 2
        && words.get(0).equals("create")
        && (words.get(1).equals("function") || words.get(1).equals("procedure"));
  }
}
