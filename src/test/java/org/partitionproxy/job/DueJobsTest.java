package org.partitionproxy.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.state.KeptJob;
import org.partitionproxy.state.ScheduledJob;

class DueJobsTest {

  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  private final DueJobs jobs = new DueJobs();

  private static KeptJob job(String title, String schedule, boolean paused) {
    return new KeptJob(
        new ScheduledJob(
            title,
            title,
            Optional.empty(),
            schedule,
            "SELECT 1",
            Identifier.of("somebody"),
            Optional.empty()),
        paused);
  }

  private static Instant at(String time) {
    return Instant.parse("2026-03-01T" + time + "Z");
  }

  /** {@code settle 0}: how many were missed before. */
  private List<String> take(Instant now) {
    return jobs.take(now).stream().map(due -> due.job().title() + " " + due.missed()).toList();
  }

  @Test
  void beginsAJobAtItsNextTimeAndOnce() {
    jobs.update(List.of(job("settle", "5 seconds", false)), at("12:00:01"));
    assertThat(take(at("12:00:04.999"))).isEmpty();
    assertThat(jobs.next()).isEqualTo(at("12:00:05"));
    assertThat(take(at("12:00:05"))).containsExactly("settle 0");
    assertThat(take(at("12:00:05.1"))).isEmpty();
    assertThat(jobs.next()).isEqualTo(at("12:00:10"));
  }

  @Test
  void runsOnceForAllTheTimesItWasHeldUp() {
    jobs.update(List.of(job("settle", "5 seconds", false)), NOON);
    assertThat(take(at("12:00:31"))).containsExactly("settle 5");
    assertThat(jobs.next()).isEqualTo(at("12:00:35"));
  }

  @Test
  void goesOnAtOnceWhenTheClockIsPutBack() {
    jobs.update(List.of(job("hourly", "0 * * * *", false)), NOON);
    assertThat(take(at("12:30:00"))).isEmpty();
    assertThat(take(at("09:30:00"))).isEmpty();
    assertThat(jobs.next()).isEqualTo(at("10:00:00"));
  }

  @Test
  void keepsItsTimeThroughAnUpdateThatChangesNothing() {
    jobs.update(List.of(job("settle", "5 seconds", false)), at("12:00:01"));
    jobs.update(List.of(job("settle", "5 seconds", false)), at("12:00:05"));
    assertThat(take(at("12:00:05"))).containsExactly("settle 0");
  }

  @Test
  void forgetsWhatIsPausedOrGoneAndTakesUpWhatIsNew() {
    jobs.update(List.of(job("a", "1 second", false), job("b", "1 second", false)), NOON);
    jobs.update(List.of(job("a", "1 second", true), job("c", "1 second", false)), NOON);
    assertThat(take(at("12:00:01"))).containsExactly("c 0");
  }

  @Test
  void readsCronsFieldsInUtc() {
    assertThat(JobTimes.of("0 3 * * *").next(NOON)).isEqualTo("2026-03-02T03:00:00Z");
    assertThat(JobTimes.of("*/15 * * * *").next(NOON)).isEqualTo("2026-03-01T12:15:00Z");
    assertThat(JobTimes.of("0 0 * * sun").next(NOON)).isEqualTo("2026-03-08T00:00:00Z");
    assertThat(JobTimes.of("0 0 * * 7").next(NOON)).isEqualTo("2026-03-08T00:00:00Z");
    assertThat(JobTimes.of("*/5 0-6,22 1 jan-mar mon").next(NOON))
        .isEqualTo("2026-03-01T22:00:00Z");
    assertThat(JobTimes.of("0 0 30 2 *").next(NOON)).isEqualTo(Instant.MAX);
    assertThat(JobTimes.of("0 0 30 2 *").next(Instant.MAX)).isEqualTo(Instant.MAX);
  }
}
