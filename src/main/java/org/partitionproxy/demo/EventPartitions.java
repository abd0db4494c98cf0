package org.partitionproxy.demo;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The partitions of one table of events.
 *
 * @param at when the server was asked, by its clock
 * @param earlier how many there are before those of the list
 * @param partitions by their ranges
 */
public record EventPartitions(Instant at, int earlier, List<Partition> partitions) {

  /** One of them; its upper bound isn't part of it. */
  public record Partition(String name, Instant lower, Instant upper, long rows) {

    boolean holds(Instant time) {
      return !time.isBefore(lower) && time.isBefore(upper);
    }
  }

  public EventPartitions {
    partitions = List.copyOf(partitions);
  }

  /** The one that is written now. */
  public Optional<Partition> current() {
    return partitions.stream().filter(partition -> partition.holds(at)).findFirst();
  }

  /** Those after now, as far as there is no gap. */
  public List<Partition> ready() {
    List<Partition> ready = new ArrayList<>();
    Optional<Instant> end = current().map(Partition::upper);
    for (Partition partition : partitions) {
      if (end.filter(partition.lower()::equals).isPresent()) {
        ready.add(partition);
        end = Optional.of(partition.upper());
      }
    }
    return List.copyOf(ready);
  }

  /** How long events will find a partition from now on. */
  public Duration ahead() {
    List<Partition> ready = ready();
    Optional<Instant> end =
        ready.isEmpty()
            ? current().map(Partition::upper)
            : Optional.of(ready.get(ready.size() - 1).upper());
    return end.map(upper -> Duration.between(at, upper)).orElse(Duration.ZERO);
  }
}
