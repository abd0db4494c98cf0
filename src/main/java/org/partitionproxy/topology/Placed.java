package org.partitionproxy.topology;

import java.util.Optional;
import java.util.function.Function;

/** A value and where it stands, for what can only be judged beside other values. */
record Placed<T>(T value, Place place) {

  <R> Placed<R> map(Function<T, R> change) {
    return new Placed<>(change.apply(value), place);
  }

  static <T> Optional<T> valueOf(Optional<Placed<T>> placed) {
    return placed.map(Placed::value);
  }
}
