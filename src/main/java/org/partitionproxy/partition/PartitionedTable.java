package org.partitionproxy.partition;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.TenantName;

/**
 * One tenant's partitioned table with its partitions, and what its policy wants of it.
 *
 * @param strategy range, list or hash; none if a policy is for a table that is not partitioned
 * @param key the columns or expressions it is partitioned by
 * @param fits false if a policy can't be applied, as it is for ranges of another column
 * @param timed whether positions are times
 * @param present where the present lies, if that is known
 * @param horizon empty without a policy, or with one that does not fit
 * @param partitions by their ranges; what has none comes last
 * @param leftovers retired partitions that still exist
 */
public record PartitionedTable(
    ServerName shard,
    TenantName tenant,
    QualifiedName name,
    String strategy,
    String key,
    boolean fits,
    boolean timed,
    Optional<BigDecimal> present,
    Optional<Horizon> horizon,
    List<Partition> partitions,
    List<Leftover> leftovers) {

  /** Where partitions without a range come: after all others. */
  private static final BigDecimal LAST = PartitionRange.END.add(BigDecimal.ONE);

  public PartitionedTable {
    partitions =
        partitions.stream()
            .sorted(
                Comparator.comparing(
                    partition -> partition.range().map(PartitionRange::from),
                    Comparator.comparing(from -> from.orElse(LAST))))
            .toList();
    leftovers = List.copyOf(leftovers);
  }

  PartitionedTable with(List<Partition> all) {
    return new PartitionedTable(
        shard, tenant, name, strategy, key, fits, timed, present, horizon, all, leftovers);
  }

  PartitionedTable withLeftovers(List<Leftover> gone) {
    return new PartitionedTable(
        shard, tenant, name, strategy, key, fits, timed, present, horizon, partitions, gone);
  }

  /** Values between partitions that have none. */
  public record Gap(String from, String to) {}

  public Optional<Partition> fallback() {
    return partitions.stream().filter(Partition::isDefault).findFirst();
  }

  /** In their order. */
  public List<PartitionRange> ranges() {
    return partitions.stream()
        .flatMap(partition -> partition.range().stream())
        .sorted(Comparator.comparing(PartitionRange::from))
        .toList();
  }

  /** Between the first partition and the last. */
  public List<Gap> gaps() {
    List<PartitionRange> ranges = ranges();
    List<Gap> gaps = new ArrayList<>();
    for (int i = 1; i < ranges.size(); i++) {
      if (ranges.get(i - 1).to().compareTo(ranges.get(i).from()) < 0) {
        String end = ranges.get(i - 1).upper();
        gaps.add(new Gap(end, ranges.get(i).lower()));
      }
    }
    return gaps;
  }

  /**
   * How many partitions follow the one of the present without a gap; none if the present has none.
   */
  public Optional<Integer> ahead() {
    return present.map(
        now -> {
          List<PartitionRange> standing = standing(now);
          return Math.max(0, standing.size() - 1);
        });
  }

  /** Until where new rows find a partition from now on; empty if the present has none. */
  public Optional<PartitionRange> last() {
    return present.map(this::standing).filter(s -> !s.isEmpty()).map(s -> s.get(s.size() - 1));
  }

  private List<PartitionRange> standing(BigDecimal now) {
    List<PartitionRange> standing = new ArrayList<>();
    BigDecimal end = now;
    for (PartitionRange range : ranges()) {
      if (standing.isEmpty() ? range.holds(now) : range.from().compareTo(end) == 0) {
        standing.add(range);
        end = range.to();
      }
    }
    return standing;
  }

  /** Whether the policy wants ranges that no partition holds, gaps among them. */
  public boolean isIncomplete() {
    if (horizon.isEmpty() || present.isEmpty()) {
      return false;
    }
    BigDecimal end = firstWanted(horizon.get(), present.get());
    for (PartitionRange range : ranges()) {
      if (range.from().compareTo(end) > 0) {
        break;
      }
      end = end.max(range.to());
    }
    return end.compareTo(horizon.get().until()) < 0;
  }

  private BigDecimal firstWanted(Horizon wanted, BigDecimal now) {
    BigDecimal first =
        ranges().stream()
            .map(r -> r.from().compareTo(PartitionRange.BEGINNING) == 0 ? r.to() : r.from())
            .findFirst()
            .map(now::min)
            .orElse(now);
    return wanted.keptFrom().map(first::max).orElse(first);
  }

  /** Partitions that are older than the policy keeps, the oldest first. */
  public List<Partition> old() {
    Optional<BigDecimal> since = horizon.flatMap(Horizon::keptSince);
    return partitions.stream()
        .filter(
            p ->
                since.isPresent()
                    && p.range().filter(r -> r.to().compareTo(since.get()) <= 0).isPresent())
        .toList();
  }

  /** Partitions whose rows are hidden, since a DETACH CONCURRENTLY was interrupted. */
  public List<Partition> detaching() {
    return partitions.stream().filter(Partition::detaching).toList();
  }

  /**
   * Retired tables that should be dropped or moved and are not, since a run was interrupted: only
   * where the policy still says so, for it may have changed.
   */
  public List<Leftover> unfinished() {
    return leftovers.stream()
        .filter(left -> !left.kept())
        .filter(
            left ->
                horizon
                    .filter(wanted -> wanted.retire().equals(left.retire()))
                    .flatMap(Horizon::keptSince)
                    .filter(since -> left.to().compareTo(since) <= 0)
                    .isPresent())
        .toList();
  }

  /** Whether {@code ppp partitions maintain} has something to do here. */
  public boolean hasWork() {
    return isIncomplete() || !old().isEmpty() || !detaching().isEmpty() || !unfinished().isEmpty();
  }

  /** What maintenance does next, in a few words; empty without a policy. */
  public Optional<String> nextAction() {
    if (!fits) {
      return Optional.of("policy does not fit");
    }
    if (!detaching().isEmpty()) {
      return Optional.of("finish detaching " + detaching().size());
    }
    if (isIncomplete()) {
      return Optional.of(rowsInDefault() > 0 ? "make, default may be in the way" : "make");
    }
    if (!unfinished().isEmpty()) {
      return horizon.map(h -> Retirement.kind(h.retire()).plan() + " " + unfinished().size());
    }
    if (!old().isEmpty()) {
      return horizon.map(h -> Retirement.kind(h.retire()).plan() + " " + old().size());
    }
    return horizon.flatMap(
        h ->
            ranges().stream()
                .filter(range -> present.filter(range::holds).isPresent())
                .findFirst()
                .map(range -> "make at " + range.upper()));
  }

  public long rowsInDefault() {
    return fallback().map(Partition::rows).filter(rows -> rows > 0).orElse(0L);
  }

  public long bytes() {
    return partitions.stream().mapToLong(Partition::bytes).sum();
  }
}
