package org.partitionproxy.trace;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.partitionproxy.inspect.LogEntry;
import org.partitionproxy.topology.ServerName;

/**
 * Guesses of which sessions of the veneer those of postgres_fdw are whose names don't tell. A
 * connection of postgres_fdw is one veneer session's for life, so where only one fits, it is kept
 * until it does not any more. Where several do, the one is taken that fits best by all that is
 * known, and again each time.
 */
final class Strays {

  private static final int MOST_SESSIONS = 10_000;

  private final Map<String, Stray> strays = new LinkedHashMap<>();
  private final Map<Stray, Knot> lent = new LinkedHashMap<>();

  /** That a session at a shard may be one of the veneer's. */
  private record Offer(Stray stray, Knot knot, double score) {}

  /** In the order of the session's lines. */
  void add(ServerName shard, LogEntry line, Duration ahead) {
    strays
        .computeIfAbsent(shard + " " + line.sessionId(), s -> new Stray(shard, line))
        .add(line, ahead);
    if (strays.size() > MOST_SESSIONS) {
      Iterator<Stray> oldest = strays.values().iterator();
      oldest.next();
      oldest.remove();
    }
  }

  /** Ties each to a session of the veneer, where one fits, until {@link #takeBack}. */
  void lend(Collection<Knot> knots, Function<ServerName, Duration> uncertainty) {
    List<Offer> offers = new ArrayList<>();
    List<Knot> told = knots.stream().filter(knot -> !knot.telling().pending().isEmpty()).toList();
    for (Stray stray : strays.values()) {
      if (stray.isForwarded()) {
        offers.addAll(offers(stray, told, uncertainty.apply(stray.strand().shard())));
      }
    }
    offers.sort(Comparator.comparingDouble(Offer::score).reversed());
    for (Offer offer : offers) {
      Strand strand = offer.stray().strand();
      if (!lent.containsKey(offer.stray()) && !offer.knot().hasAnother(strand)) {
        offer.knot().lend(strand);
        lent.put(offer.stray(), offer.knot());
        long fitting = offers.stream().filter(o -> o.stray() == offer.stray()).count();
        if (fitting == 1 && !strand.asking().pending().isEmpty()) {
          offer.stray().keep(offer.knot().session());
        }
      }
    }
  }

  private static List<Offer> offers(Stray stray, List<Knot> told, Duration tolerance) {
    Strand strand = stray.strand();
    if (strand.asking().pending().isEmpty()) {
      // What closes a transaction may be left.
      return told.stream()
          .filter(strand::isOf)
          .map(knot -> new Offer(stray, knot, Double.MAX_VALUE))
          .toList();
    }
    Optional<String> only = stray.only();
    for (Knot knot : told) {
      if (only.equals(Optional.of(knot.session()))) {
        Attribution.Fit fit = knot.fit(strand, tolerance);
        if (!fit.misses()) {
          return List.of(new Offer(stray, knot, Double.MAX_VALUE));
        }
        stray.judge(knot.session(), fit.score());
        stray.release();
      }
    }
    return stray.only().isPresent() ? List.of() : anew(stray, told, tolerance);
  }

  private static List<Offer> anew(Stray stray, List<Knot> told, Duration tolerance) {
    List<Offer> offers = new ArrayList<>();
    Map<String, Double> scores = new LinkedHashMap<>();
    for (Knot knot : told) {
      if (!knot.hasAnother(stray.strand()) && knot.fitsRole(stray.strand())) {
        Attribution.Fit fit = knot.fit(stray.strand(), tolerance);
        scores.put(knot.session(), fit.score());
        if (fit.holds() && !fit.misses()) {
          double score = stray.standing(knot.session()) + fit.score();
          offers.add(new Offer(stray, knot, score));
        }
      }
    }
    if (!offers.isEmpty()) {
      scores.forEach(stray::judge);
    }
    return offers;
  }

  /**
   * @param moment until which statements were told
   * @param stale sessions of which nothing was heard since are forgotten
   */
  void takeBack(Instant moment, Instant stale) {
    lent.forEach((stray, knot) -> knot.takeBack(stray.strand()));
    lent.clear();
    strays.values().removeIf(stray -> stray.isSilentSince(stale));
    strays.values().forEach(stray -> stray.giveUp(moment));
  }
}
