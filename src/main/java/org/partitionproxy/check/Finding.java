package org.partitionproxy.check;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * One thing that the veneer can't do as one PostgreSQL would.
 *
 * @param sqlState with which it is refused, if it is
 * @param position of what was refused in the statement, from 1, in characters, where it is known
 * @param why a sentence without a full stop
 * @param instead what to do, likewise; empty if there is nothing to advise
 */
public record Finding(
    Verdict verdict,
    Optional<String> sqlState,
    Optional<Integer> position,
    String why,
    String instead) {

  static Finding of(Verdict verdict, String why, String instead) {
    return new Finding(verdict, Optional.empty(), Optional.empty(), why, instead);
  }

  static Finding fails(String sqlState, String why, String instead) {
    return new Finding(Verdict.FAILS, Optional.of(sqlState), Optional.empty(), why, instead);
  }

  static Finding unclear(String sqlState, String why, String instead) {
    return new Finding(Verdict.UNCLEAR, Optional.of(sqlState), Optional.empty(), why, instead);
  }

  Finding at(OptionalInt place) {
    return new Finding(
        verdict,
        sqlState,
        place.isPresent() ? Optional.of(place.getAsInt()) : Optional.empty(),
        why,
        instead);
  }
}
