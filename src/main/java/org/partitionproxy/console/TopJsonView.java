package org.partitionproxy.console;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.top.Figures;
import org.partitionproxy.top.Group;
import org.partitionproxy.top.Query;
import org.partitionproxy.top.Ranking;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.TenantName;

/**
 * The costliest statements, tenants or shards for programs: one JSON object a line, all with the
 * same keys; all that are not among the costliest are the last, {@code others}. What is not known
 * is null; durations are milliseconds.
 */
public final class TopJsonView {

  private record Line(
      boolean others,
      Optional<TenantName> tenant,
      List<ServerName> shards,
      Optional<Long> queryId,
      Optional<String> statement,
      long calls,
      long failures,
      long guessed,
      BigDecimal timeMs,
      BigDecimal meanMs,
      BigDecimal maxMs,
      BigDecimal shardsMs,
      @Nullable Double shareOfShards,
      @Nullable Long rowsShipped,
      @Nullable Long rowsReturned,
      @Nullable Double waste) {}

  /** The groups' objects, with a line feed after each. */
  public String render(Ranking ranking) {
    return ranking.groups().stream().map(TopJsonView::line).collect(Collectors.joining())
        + ranking.others().map(TopJsonView::others).orElse("");
  }

  private static String line(Group group) {
    return Json.line(
        line(
            false,
            group.tenant(),
            group.shards(),
            group.query().flatMap(Query::id),
            group.query().map(Query::text),
            group.figures()));
  }

  private static String others(Figures figures) {
    return Json.line(
        line(true, Optional.empty(), List.of(), Optional.empty(), Optional.empty(), figures));
  }

  private static Line line(
      boolean others,
      Optional<TenantName> tenant,
      List<ServerName> shards,
      Optional<Long> queryId,
      Optional<String> statement,
      Figures figures) {
    return new Line(
        others,
        tenant,
        shards,
        queryId,
        statement,
        figures.calls(),
        figures.failures(),
        figures.guessed(),
        millis(figures.time()),
        millis(figures.mean()),
        millis(figures.longest()),
        millis(figures.onShards()),
        number(figures.shareOfShards()),
        number(figures.rowsShipped()),
        number(figures.rowsReturned()),
        number(figures.waste()));
  }

  private static BigDecimal millis(Duration time) {
    return BigDecimal.valueOf(time.toNanos(), 6).setScale(3, RoundingMode.HALF_UP);
  }

  private static @Nullable Long number(OptionalLong number) {
    return number.isEmpty() ? null : number.getAsLong();
  }

  private static @Nullable Double number(OptionalDouble number) {
    return number.isEmpty()
        ? null
        : BigDecimal.valueOf(number.getAsDouble()).setScale(3, RoundingMode.HALF_UP).doubleValue();
  }
}
