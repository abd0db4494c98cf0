package org.partitionproxy.trace;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.partitionproxy.topology.ServerName;

/** One session of the veneer, and all that postgres_fdw asked on its behalf. */
final class Knot {

  /** How many statements are compared with what was asked at once, where there are very many. */
  private static final int MOST_AT_ONCE = 300;

  private final ServerName veneer;
  private final String session;
  private final Roles roles;
  private final Telling telling = new Telling();
  private final Map<String, Strand> strands = new LinkedHashMap<>();

  Knot(ServerName veneer, String session, Roles roles) {
    this.veneer = veneer;
    this.session = session;
    this.roles = roles;
  }

  Telling telling() {
    return telling;
  }

  Asking asking(ServerName shard, String shardSession, Optional<String> user) {
    return strands
        .computeIfAbsent(
            shard + " " + shardSession, s -> new Strand(shard, shardSession, user, false))
        .asking();
  }

  String session() {
    return session;
  }

  boolean fitsRole(Strand strand) {
    return roles.fits(telling.user(), strand.user());
  }

  /** Whether another session at the shard was its own after that one began to ask. */
  boolean hasAnother(Strand strand) {
    List<Asked> asked = strand.asking().pending();
    return !asked.isEmpty()
        && strands.values().stream()
            .filter(one -> one != strand)
            .filter(one -> one.shard().equals(strand.shard()) && one.user().equals(strand.user()))
            .anyMatch(one -> !one.asking().last().isBefore(asked.get(0).begin()));
  }

  /** How well what it asked follows from what this session was told, which is something. */
  Attribution.Fit fit(Strand strand, Duration tolerance) {
    List<Told> told = telling.pending();
    List<Told> known = told.subList(0, Math.min(told.size(), 2 * MOST_AT_ONCE));
    return Attribution.fit(
        known,
        near(strand.asking().pending(), known, tolerance),
        tolerance,
        strand.isOf(this) ? strand.transaction() : 0);
  }

  /** Until it is taken back, it is of this session. */
  void lend(Strand strand) {
    strand.join(this);
    strands.put(strand.shard() + " " + strand.session(), strand);
  }

  void takeBack(Strand strand) {
    strands.values().remove(strand);
  }

  /**
   * @param stale what nothing was asked for until then, is told by itself
   */
  List<Trace> until(Instant moment, Instant stale, Function<ServerName, Duration> uncertainty) {
    List<Trace> traces = new ArrayList<>();
    boolean more = true;
    orphans(stale, traces);
    while (more) {
      List<Told> told = telling.pending();
      int due = 0;
      while (due < told.size() && due < MOST_AT_ONCE && !told.get(due).end().isAfter(moment)) {
        due++;
      }
      more = due == MOST_AT_ONCE && due < told.size();
      if (due > 0) {
        // What follows these is compared too, so that nothing of it is taken for theirs.
        List<Told> known = told.subList(0, Math.min(told.size(), 2 * MOST_AT_ONCE));
        tie(known, due, uncertainty, traces);
      }
    }
    return traces;
  }

  /** What waited for its statement until then waits no longer. */
  private void orphans(Instant stale, List<Trace> traces) {
    if (telling.user().isEmpty()) {
      return;
    }
    for (Strand strand : strands.values()) {
      for (Asked asked : strand.asking().pending()) {
        if (!asked.end().isBefore(stale) || !telling.pending().isEmpty()) {
          break;
        }
        strand.asking().drop(1, asked.end().plus(Duration.ofDays(1)));
        traces.add(orphan(strand, asked));
      }
    }
  }

  private Trace orphan(Strand strand, Asked asked) {
    return TraceMaker.orphan(veneer, session, roles, telling.user(), strand, asked);
  }

  private void tie(
      List<Told> told, int due, Function<ServerName, Duration> uncertainty, List<Trace> traces) {
    List<TraceMaker> makers = new ArrayList<>();
    for (Told one : told.subList(0, due)) {
      makers.add(new TraceMaker(veneer, session, roles, one));
    }
    for (Iterator<Strand> all = strands.values().iterator(); all.hasNext(); ) {
      Strand strand = all.next();
      if (fitsRole(strand)) {
        tie(strand, told, makers, uncertainty.apply(strand.shard()), traces);
      } else {
        all.remove();
      }
    }
    makers.forEach(maker -> telling.drop());
    makers.forEach(maker -> traces.add(maker.trace()));
  }

  private void tie(
      Strand strand,
      List<Told> told,
      List<TraceMaker> due,
      Duration tolerance,
      List<Trace> traces) {
    List<Asked> asked = strand.asking().pending();
    List<Asked> near = near(asked, told, tolerance);
    int[] of = Attribution.of(told, near, tolerance, strand.transaction());
    int taken = 0;
    for (int k = 0; k < near.size(); k++) {
      if (of[k] >= 0 && of[k] < due.size()) {
        taken = k + 1;
      }
    }
    for (int k = 0; k < taken; k++) {
      if (of[k] == Attribution.UNKNOWN) {
        strand.asking().drop(1, asked.get(k).end());
        traces.add(orphan(strand, asked.get(k)));
      } else {
        Told cause = told.get(of[k]);
        // What a cursor is asked for after its statement is of a later one.
        strand.asking().drop(1, cause.end().plus(tolerance));
        due.get(of[k]).add(strand, asked.get(k));
        strand.causedBy(cause);
      }
    }
    placeLoose(strand, told, due, tolerance);
  }

  /** Those that end before the last statement does. */
  private static List<Asked> near(List<Asked> asked, List<Told> told, Duration tolerance) {
    Instant end = told.get(told.size() - 1).end().plus(tolerance);
    return asked.stream().takeWhile(one -> !one.end().isAfter(end)).toList();
  }

  private void placeLoose(
      Strand strand, List<Told> told, List<TraceMaker> due, Duration tolerance) {
    for (Iterator<Step> steps = strand.asking().loose().iterator(); steps.hasNext(); ) {
      Step step = steps.next();
      int place = place(strand, step, told, due.size(), tolerance);
      if (place >= 0 && place < due.size()) {
        due.get(place).add(strand, step);
        steps.remove();
      }
    }
  }

  /** The statement that a step by itself is of; -1 for one that is not there yet. */
  private static int place(Strand strand, Step step, List<Told> told, int due, Duration tolerance) {
    boolean closing = step.kind() == Step.Kind.CLOSING;
    for (int i = 0; i < told.size(); i++) {
      Told one = told.get(i);
      if (one.number() < strand.statement()) {
        continue;
      }
      boolean ended = one.closes() || one.problem().isPresent();
      if (closing && one.transaction() == strand.transaction() && (ended || isLast(told, i, due))) {
        return i;
      }
      if (closing ? one.transaction() != strand.transaction() : reaches(step, one, tolerance)) {
        return i;
      }
    }
    return -1;
  }

  /** In the extended protocol a single statement's transaction ends after its line was written. */
  private static boolean isLast(List<Told> told, int i, int due) {
    return i + 1 < told.size()
        ? told.get(i + 1).transaction() != told.get(i).transaction()
        : i < due && !told.get(i).closes();
  }

  private static boolean reaches(Step step, Told one, Duration tolerance) {
    return !step.end().isAfter(one.end().plus(tolerance));
  }

  boolean isIdleSince(Instant moment) {
    return telling.isIdle()
        && telling.last().isBefore(moment)
        && strands.values().stream().allMatch(s -> s.asking().last().isBefore(moment));
  }
}
