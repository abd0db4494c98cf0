package org.partitionproxy.convert;

import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.partitionproxy.sql.Identifier;

/**
 * What to convert, and how.
 *
 * @param key the column by whose ranges the tables are partitioned
 * @param zone in which days begin; of no meaning for timestamps without time zone
 * @param ahead how many ranges after the present one get a partition; with 0, not even that does,
 *     unless rows are in it
 * @param sorting columns by which rows are copied; those that a table lacks are left out
 * @param widenKeys whether unique keys may get the partition key, too
 * @param inPlace whether the table becomes the partition of the past as it is, without a copy
 * @param addKeyColumns whether columns that foreign keys to the tables will need are added
 * @param jobs how many ranges are copied at once
 * @param maxLag of standbys: while one is further behind, no range is begun
 * @param maxWait how long a moment is looked for in which nobody uses the tables
 * @param pauseAboveLoad sessions of others that are busy: while there are more, no range is begun
 */
public record ConversionRequest(
    Identifier schema,
    List<Identifier> tables,
    Identifier key,
    Every every,
    ZoneId zone,
    int ahead,
    List<Identifier> sorting,
    boolean widenKeys,
    boolean inPlace,
    boolean addKeyColumns,
    int jobs,
    Duration maxWait,
    Optional<Duration> maxLag,
    Optional<Integer> pauseAboveLoad) {

  public ConversionRequest {
    tables = List.copyOf(tables);
    sorting = List.copyOf(sorting);
  }

  /** For the journal. */
  SortedMap<String, String> definition() {
    SortedMap<String, String> map = new TreeMap<>();
    map.put("schema", schema.value());
    map.put("key", key.value());
    map.put("every", every.toString());
    map.put("zone", zone.getId());
    map.put("ahead", Integer.toString(ahead));
    map.put("widenKeys", Boolean.toString(widenKeys));
    map.put("inPlace", Boolean.toString(inPlace));
    map.put("addKeyColumns", Boolean.toString(addKeyColumns));
    map.put("jobs", Integer.toString(jobs));
    map.put("maxWait", Long.toString(maxWait.toMillis()));
    maxLag.ifPresent(lag -> map.put("maxLag", Long.toString(lag.toMillis())));
    pauseAboveLoad.ifPresent(load -> map.put("pauseAboveLoad", Integer.toString(load)));
    put(map, "table", tables);
    put(map, "sorting", sorting);
    return map;
  }

  private static void put(SortedMap<String, String> map, String name, List<Identifier> values) {
    for (int i = 0; i < values.size(); i++) {
      map.put("%s%04d".formatted(name, i), values.get(i).value());
    }
  }

  static ConversionRequest of(SortedMap<String, String> map) {
    return new ConversionRequest(
        Identifier.of(require(map, "schema")),
        list(map, "table"),
        Identifier.of(require(map, "key")),
        Every.parse(require(map, "every")).orElseThrow(),
        ZoneId.of(require(map, "zone")),
        Integer.parseInt(require(map, "ahead")),
        list(map, "sorting"),
        Boolean.parseBoolean(require(map, "widenKeys")),
        Boolean.parseBoolean(map.get("inPlace")),
        Boolean.parseBoolean(map.get("addKeyColumns")),
        Integer.parseInt(require(map, "jobs")),
        Duration.ofMillis(Long.parseLong(require(map, "maxWait"))),
        Optional.ofNullable(map.get("maxLag")).map(ms -> Duration.ofMillis(Long.parseLong(ms))),
        Optional.ofNullable(map.get("pauseAboveLoad")).map(Integer::valueOf));
  }

  private static String require(SortedMap<String, String> map, String name) {
    return Objects.requireNonNull(map.get(name), name);
  }

  private static List<Identifier> list(SortedMap<String, String> map, String name) {
    return Stream.iterate(0, i -> i + 1)
        .map(i -> Optional.ofNullable(map.get("%s%04d".formatted(name, i))))
        .takeWhile(Optional::isPresent)
        .map(value -> Identifier.of(value.orElseThrow()))
        .toList();
  }
}
