package org.partitionproxy.partition;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Year;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.ledger.PartitionFunctions;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.testing.EveryPostgres;
import org.partitionproxy.testing.PostgresVersion;
import org.partitionproxy.testing.TestServer;

/** The calendar on the shards against that of Java, with times and zones drawn by a seed. */
class CalendarIT {

  private static final long SEED = 20261121;
  private static final int SAMPLES = 600;

  /** Ranges that follow each other, from each sample on. */
  private static final int RUN = 4;

  private static final List<String> UNITS =
      List.of("second", "minute", "hour", "day", "week", "month", "year");

  /** Clocks change at midnight, by half an hour, twice a year, never; midnight comes twice. */
  private static final List<String> ZONES =
      List.of(
          "UTC",
          "America/Sao_Paulo",
          "Africa/Cairo",
          "Asia/Beirut",
          "America/Havana",
          "Asia/Kolkata",
          "Asia/Kathmandu",
          "Australia/Lord_Howe",
          "Europe/Berlin",
          "America/New_York",
          "Pacific/Apia");

  private record Sample(int step, String unit, String zone, Instant at) {

    ZoneId zoneId() {
      return ZoneId.of(zone);
    }
  }

  /** What the shard says. */
  private record Said(int sample, BigDecimal start, BigDecimal end, String name) {}

  private static final String RANGES =
      """
      WITH RECURSIVE given AS (
        SELECT a.number, a.step::bigint, b.unit, c.zone, d.pos::numeric
        FROM unnest(?) WITH ORDINALITY AS a (step, number)
        JOIN unnest(?) WITH ORDINALITY AS b (unit, number) USING (number)
        JOIN unnest(?) WITH ORDINALITY AS c (zone, number) USING (number)
        JOIN unnest(?) WITH ORDINALITY AS d (pos, number) USING (number)
      ), range AS (
        SELECT g.*, 1 AS turn, ppp.range_start(g.step, g.unit, g.zone, g.pos) AS start FROM given AS g
        UNION ALL
        SELECT r.number, r.step, r.unit, r.zone, r.pos, r.turn + 1,
          ppp.range_end(r.step, r.unit, r.zone, r.start)
        FROM range AS r WHERE r.turn < 4)
      SELECT r.number, r.turn, r.start::text AS start,
        ppp.range_end(r.step, r.unit, r.zone, r.start)::text AS "end",
        ppp.partition_name(ROW('s', 'events', 'k', 'seconds', r.step, r.unit, r.zone, 1, NULL,
          'detach', '{table}_{start}', false, '{}')::ppp.partition_policy, r.zone, r.start) AS name
      FROM range AS r ORDER BY r.number, r.turn""";

  private static Session session(PostgresVersion version) {
    Session session =
        new Connector(name -> Optional.empty(), "ppp test")
            .superuser(TestServer.shared("a", version).freshDatabase("shard1"));
    session.execute(List.of(Sql.of("CREATE SCHEMA ppp"), Sql.resource(PartitionFunctions.SQL)));
    return session;
  }

  private static List<Sample> samples() {
    Random random = new Random(SEED);
    long first = Instant.parse("1900-01-01T00:00:00Z").getEpochSecond();
    long last = Instant.parse("2200-01-01T00:00:00Z").getEpochSecond();
    long modern = Instant.parse("1990-01-01T00:00:00Z").getEpochSecond();
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < SAMPLES; i++) {
      String zone = ZONES.get(random.nextInt(ZONES.size()));
      long at = random.nextLong(i % 2 == 0 ? first : modern, last);
      if (i % 3 == 0) {
        at = besideChange(zone, at, random);
      }
      samples.add(
          new Sample(
              random.nextInt(i % 5 == 0 ? 30 : 2) + 1,
              UNITS.get(random.nextInt(UNITS.size())),
              zone,
              Instant.ofEpochSecond(at)));
    }
    samples.add(new Sample(1, "day", "UTC", Instant.parse("2038-01-19T03:14:08Z")));
    samples.add(new Sample(10, "second", "UTC", Instant.parse("2038-01-19T03:14:08Z")));
    samples.add(new Sample(1, "day", "America/Havana", Instant.parse("2026-11-01T04:30:00Z")));
    samples.add(new Sample(1, "day", "America/Sao_Paulo", Instant.parse("2018-11-04T03:00:00Z")));
    return samples;
  }

  /** Where clocks change, errors are. */
  private static long besideChange(String zone, long at, Random random) {
    return Optional.ofNullable(ZoneId.of(zone).getRules().nextTransition(Instant.ofEpochSecond(at)))
        .map(change -> change.getInstant().getEpochSecond() + random.nextInt(-7200, 7200))
        .orElse(at);
  }

  private static List<Said> ask(Session session, List<Sample> samples) {
    Function<Function<Sample, Object>, List<String>> column =
        get -> samples.stream().map(get).map(Object::toString).toList();
    return session.query(
        RANGES,
        row ->
            new Said(
                row.integer("number") - 1,
                new BigDecimal(row.string("start")),
                new BigDecimal(row.string("end")),
                row.string("name")),
        column.apply(Sample::step),
        column.apply(Sample::unit),
        column.apply(Sample::zone),
        column.apply(sample -> sample.at().getEpochSecond()));
  }

  @EveryPostgres
  void agreesWithJavaAndTilesTimeWithoutGapOrOverlap(PostgresVersion version) {
    List<Sample> samples = samples();
    try (Session session = session(version)) {
      List<Said> said = ask(session, samples);
      assertThat(said).hasSize(samples.size() * RUN);
      for (int i = 0; i < said.size(); i++) {
        Said range = said.get(i);
        Sample sample = samples.get(range.sample());
        if (i % RUN == 0) {
          assertThat(Instant.ofEpochSecond(range.start().longValueExact()))
              .as("seed %d: start of %s", SEED, sample)
              .isEqualTo(start(sample));
          assertThat(range.end().longValueExact())
              .as("seed %d: end of %s", SEED, sample)
              .isGreaterThan(sample.at().getEpochSecond());
        } else {
          Said before = said.get(i - 1);
          assertThat(range.start()).as("after %s", sample).isEqualByComparingTo(before.end());
          assertThat(range.name()).as("after %s", sample).isGreaterThan(before.name());
        }
        assertThat(range.end()).as("%s", sample).isGreaterThan(range.start());
        assertThat(range.name().getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(64);
      }
      // Each range begins where the calendar begins one, however one comes to it.
      List<Sample> starts =
          said.stream()
              .map(
                  one -> {
                    Sample of = samples.get(one.sample());
                    Instant at = Instant.ofEpochSecond(one.start().longValueExact());
                    return new Sample(of.step(), of.unit(), of.zone(), at);
                  })
              .toList();
      assertThat(starts).allSatisfy(one -> assertThat(start(one)).isEqualTo(one.at()));
    }
  }

  /** By java.time. */
  private static Instant start(Sample sample) {
    ZoneId zone = sample.zoneId();
    ChronoUnit unit = ChronoUnit.valueOf(sample.unit().toUpperCase(java.util.Locale.ROOT) + "S");
    if (unit.compareTo(ChronoUnit.DAYS) < 0) {
      long length = unit.getDuration().toSeconds() * sample.step();
      long origin = midnight(LocalDate.of(2000, 1, 1), zone).getEpochSecond();
      long since = sample.at().getEpochSecond() - origin;
      return Instant.ofEpochSecond(origin + Math.floorDiv(since, length) * length);
    }
    LocalDate date = sample.at().atZone(zone).toLocalDate();
    LocalDate first = aligned(date, unit, sample.step());
    return midnight(first, zone).isAfter(sample.at())
        ? midnight(aligned(date.minusDays(1), unit, sample.step()), zone)
        : midnight(first, zone);
  }

  private static LocalDate aligned(LocalDate date, ChronoUnit unit, int step) {
    LocalDate day = LocalDate.of(2000, 1, 1);
    LocalDate monday = LocalDate.of(2000, 1, 3);
    assertThat(monday.getDayOfWeek()).isEqualTo(DayOfWeek.MONDAY);
    return switch (unit) {
      case DAYS -> day.plusDays(Math.floorDiv(ChronoUnit.DAYS.between(day, date), step) * step);
      case WEEKS ->
          monday.plusDays(
              Math.floorDiv(ChronoUnit.DAYS.between(monday, date), 7L * step) * 7 * step);
      case MONTHS -> {
        long months = date.getYear() * 12L + date.getMonthValue() - 1;
        long start = months - months % step;
        yield LocalDate.of((int) (start / 12), (int) (start % 12) + 1, 1);
      }
      default -> Year.of(date.getYear() - date.getYear() % step).atDay(1);
    };
  }

  /** The second one, where there are two; where there is none, when clocks have passed it. */
  private static Instant midnight(LocalDate date, ZoneId zone) {
    return ZonedDateTime.ofLocal(LocalDateTime.of(date, LocalTime.MIDNIGHT), zone, null)
        .withLaterOffsetAtOverlap()
        .toInstant();
  }

  @EveryPostgres
  void findsEveryBoundAgain(PostgresVersion version) {
    Random random = new Random(SEED);
    List<String> positions = new ArrayList<>(List.of("0", "2147483648", "4294967296"));
    for (int i = 0; i < 100; i++) {
      positions.add(Long.toString(random.nextLong(0, 7_258_118_400L)));
    }
    try (Session session = session(version)) {
      List<String> wrong =
          session.query(
              """
              SELECT t.type || ' ' || t.encoding || ' ' || p.pos AS wrong
              FROM unnest(?) AS p (pos)
              CROSS JOIN (VALUES ('timestamptz', 'seconds'), ('timestamp', 'seconds'),
                ('uuid', 'seconds'), ('bigint', 'seconds'), ('bigint', 'milliseconds'),
                ('bigint', 'microseconds'), ('bigint', 'number')) AS t (type, encoding)
              WHERE ppp.bound_position(t.type::regtype, t.encoding,
                ppp.position_bound(t.type::regtype, t.encoding, p.pos::numeric)) <> p.pos::numeric
              UNION ALL
              SELECT 'date ' || d.pos FROM unnest(?) AS d (pos)
              WHERE ppp.bound_position('date', 'seconds', ppp.position_bound('date', 'seconds',
                floor(d.pos::numeric / 86400) * 86400)) <> floor(d.pos::numeric / 86400) * 86400
              ORDER BY 1""",
              row -> row.string("wrong"),
              positions,
              positions);
      assertThat(wrong).isEmpty();
    }
  }

  @EveryPostgres
  void shortensLongNamesSoThatTheyStayUnique(PostgresVersion version) {
    try (Session session = session(version)) {
      List<String> names =
          session.query(
              """
              SELECT ppp.partition_name(ROW('s', n.name, 'k', 'seconds', 1, u.unit, 'UTC', 1, NULL,
                'detach', '{table}_{start}', false, '{}')::ppp.partition_policy, 'UTC',
                1700000000 - 1700000000 % 86400 + d.day * 86400) AS name
              FROM (VALUES (repeat('a', 63)), (repeat('a', 62) || 'b'), (repeat('ü', 31)),
                (repeat('ü', 30) || 'x')) AS n (name)
              CROSS JOIN (VALUES ('day'), ('second')) AS u (unit)
              CROSS JOIN generate_series(0, 20) AS d (day)
              ORDER BY u.unit, n.name COLLATE "C", d.day""",
              row -> row.string("name"));
      assertThat(names).hasSize(168).doesNotHaveDuplicates();
      assertThat(names)
          .allSatisfy(
              name -> assertThat(name.getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(64));
    }
  }
}
