package org.partitionproxy.trace;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.partitionproxy.inspect.SqlWords;

/**
 * Finds for what one session of postgres_fdw asked which statement of its veneer session was the
 * cause. Both ran one at a time, so the order of the ones is that of the others: an alignment of
 * two sequences by dynamic programming. Where several are possible within a millisecond, the one is
 * taken in which durations, transactions, names and constants fit best.
 */
final class Attribution {

  /** Of a statement that the log lacks. */
  static final int UNKNOWN = -2;

  /** Of a statement that has not ended yet. */
  static final int LATER = -1;

  private static final double FITS = 1;
  private static final double CONSTANTS = 8;
  private static final double NAMES = 4;
  private static final double LATE = -1;
  private static final double EARLY = -1;
  private static final double TOO_LONG = -30;
  private static final double OTHER_TRANSACTION = -40;
  private static final double TRANSACTION_AGAIN = -10;
  private static final double LEFT_OUT = -100;
  private static final double NEVER = Double.NEGATIVE_INFINITY;

  /** Timestamps are cut to milliseconds. */
  private static final Duration GRAIN = Duration.ofMillis(1);

  /**
   * How long after it measured a duration a process may look at the clock for its line's timestamp:
   * where others have the processor, between the one and the other they have it.
   */
  private static final Duration HELD_UP = Duration.ofMillis(200);

  private final List<Told> told;
  private final List<Asked> asked;
  private final Duration tolerance;
  private final long transactionBefore;

  /**
   * [k][i]: the best total of the first k that were asked, if statement i-1 is the last that one of
   * them belongs to; i is 0 while none does.
   */
  private final double[][] total;

  /** [k][i]: the most of total[k][0..i]. */
  private final double[][] most;

  /** [k][i]: where the run of statement i-1 begins; -1 where the last one was left out. */
  private final int[][] begin;

  /** [k][i]: the i before that run. */
  private final int[][] from;

  /** The best total of all, with what belongs to none. */
  private double highest = NEVER;

  private Attribution(
      List<Told> told, List<Asked> asked, Duration tolerance, long transactionBefore) {
    this.told = told;
    this.asked = asked;
    this.tolerance = tolerance;
    this.transactionBefore = transactionBefore;
    this.total = new double[asked.size() + 1][told.size() + 1];
    this.most = new double[asked.size() + 1][told.size() + 1];
    this.begin = new int[asked.size() + 1][told.size() + 1];
    this.from = new int[asked.size() + 1][told.size() + 1];
  }

  /**
   * For each that was asked the index of its statement, {@link #UNKNOWN} or {@link #LATER}.
   *
   * @param tolerance of the shard's clock against the veneer's
   * @param transactionBefore of the statement that the last one before these was asked for
   */
  static int[] of(List<Told> told, List<Asked> asked, Duration tolerance, long transactionBefore) {
    return new Attribution(told, asked, tolerance, transactionBefore).solve();
  }

  /**
   * Whether what was asked can be of a session that was told this.
   *
   * @param holds whether some of it was asked while a statement ran
   * @param misses whether some of it was asked while none ran
   * @param score the higher the better
   */
  record Fit(boolean holds, boolean misses, double score) {}

  /** The same as {@link #of} for a session that may be another's: how well do they fit? */
  static Fit fit(List<Told> told, List<Asked> asked, Duration tolerance, long transactionBefore) {
    Attribution attribution = new Attribution(told, asked, tolerance, transactionBefore);
    int[] of = attribution.solve();
    boolean holds = Arrays.stream(of).anyMatch(i -> i >= 0);
    boolean misses = Arrays.stream(of).anyMatch(i -> i == UNKNOWN);
    return new Fit(holds, misses, attribution.highest);
  }

  private int[] solve() {
    Arrays.fill(total[0], NEVER);
    total[0][0] = 0;
    Arrays.fill(most[0], 0);
    for (int k = 1; k <= asked.size(); k++) {
      for (int i = 0; i <= told.size(); i++) {
        total[k][i] = total[k - 1][i] + LEFT_OUT;
        begin[k][i] = -1;
        if (i > 0) {
          endRun(k, i);
        }
        most[k][i] = i == 0 ? total[k][i] : Math.max(most[k][i - 1], total[k][i]);
      }
    }
    return read();
  }

  /** All runs up to the k-th that was asked which can belong to statement i-1. */
  private void endRun(int k, int i) {
    Told statement = told.get(i - 1);
    double own = 0;
    Duration spent = Duration.ZERO;
    for (int j = k - 1; j >= 0 && fits(asked.get(j), statement); j--) {
      Asked one = asked.get(j);
      boolean early = isEarly(one, statement);
      if (early && !isWithin(one, asked.get(k - 1), statement)) {
        break;
      }
      own += affinity(one.words(), statement.words());
      own += isLate(one, statement) ? LATE : early ? EARLY : 0;
      spent = spent.plus(one.duration());
      int before = before(j, i);
      double sum = own + capacity(statement, spent) + total[j][before] + step(one, before, i);
      if (sum > total[k][i]) {
        total[k][i] = sum;
        begin[k][i] = j;
        from[k][i] = before;
      }
      own += one.begins() ? TRANSACTION_AGAIN / 2 : 0;
    }
  }

  /** The best i before a run of statement i-1 that begins after the first j. */
  private int before(int j, int i) {
    Asked first = asked.get(j);
    int best = 0;
    double highest = total[j][0] + step(first, 0, i);
    int b = i - 1;
    for (; b > 0 && isSameTransaction(b, i); b--) {
      if (total[j][b] + step(first, b, i) > highest) {
        highest = total[j][b] + step(first, b, i);
        best = b;
      }
    }
    if (b > 0 && most[j][b] + step(first, b, i) > highest) {
      while (total[j][b] < most[j][b]) {
        b--;
      }
      best = b;
    }
    return best;
  }

  private double step(Asked first, int before, int i) {
    boolean same =
        before == 0
            ? told.get(i - 1).transaction() == transactionBefore
            : isSameTransaction(before, i);
    if (first.begins()) {
      return same && before > 0 ? TRANSACTION_AGAIN : 0;
    }
    return same ? 0 : OTHER_TRANSACTION;
  }

  private boolean isSameTransaction(int before, int i) {
    return told.get(before - 1).transaction() == told.get(i - 1).transaction();
  }

  private boolean fits(Asked one, Told statement) {
    return !one.end().isAfter(statement.end().plus(tolerance).plus(GRAIN))
        && !isBefore(one, statement.after())
        && (statement.earliest().equals(Instant.MIN)
            || !isBefore(one, statement.earliest().minus(HELD_UP)));
  }

  /** Two cores of one machine need not agree on the microsecond in which a millisecond begins. */
  private boolean isLate(Asked one, Told statement) {
    return one.end().isAfter(statement.end().plus(tolerance));
  }

  private boolean isEarly(Asked one, Told statement) {
    return isBefore(one, statement.earliest());
  }

  private boolean isBefore(Asked one, Instant moment) {
    return !moment.equals(Instant.MIN) && one.end().plus(GRAIN).isBefore(moment.minus(tolerance));
  }

  /** Whether all from the one to the other can have been asked in the statement's time. */
  private static boolean isWithin(Asked first, Asked last, Told statement) {
    return Duration.between(first.begin(), last.end()).compareTo(limit(statement).plus(GRAIN)) <= 0;
  }

  private static double capacity(Told statement, Duration spent) {
    return statement.knowsDuration() && spent.compareTo(limit(statement)) > 0 ? TOO_LONG : 0;
  }

  private static Duration limit(Told statement) {
    return statement.busy().plus(statement.busy().dividedBy(20)).plusNanos(100_000);
  }

  private static double affinity(SqlWords asked, SqlWords told) {
    return FITS
        + CONSTANTS * share(asked.constants(), told.constants())
        + NAMES * share(asked.names(), told.names());
  }

  private static double share(Set<String> of, Set<String> in) {
    return of.isEmpty() ? 0 : (double) of.stream().filter(in::contains).count() / of.size();
  }

  /** What comes after the last one that belongs to a statement is for later, if it can be. */
  private int[] read() {
    int[] result = new int[asked.size()];
    Arrays.fill(result, UNKNOWN);
    int k = 0;
    int i = 0;
    double rest = asked.stream().filter(one -> !canBeLater(one)).count() * LEFT_OUT;
    for (int last = 0; last <= asked.size(); last++) {
      if (last > 0 && !canBeLater(asked.get(last - 1))) {
        rest -= LEFT_OUT;
      }
      for (int statement = 0; statement <= told.size(); statement++) {
        if (total[last][statement] + rest > highest) {
          highest = total[last][statement] + rest;
          k = last;
          i = statement;
        }
      }
    }
    for (int j = k; j < asked.size(); j++) {
      result[j] = canBeLater(asked.get(j)) ? LATER : UNKNOWN;
    }
    while (k > 0 && i > 0) {
      if (begin[k][i] < 0) {
        k--;
      } else {
        int first = begin[k][i];
        Arrays.fill(result, first, k, i - 1);
        i = from[k][i];
        k = first;
      }
    }
    return result;
  }

  private boolean canBeLater(Asked one) {
    return told.isEmpty() || !isBefore(one, told.get(told.size() - 1).end());
  }
}
