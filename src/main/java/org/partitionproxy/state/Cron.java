package org.partitionproxy.state;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * pg_cron as a database can have it.
 *
 * @param absence why it can run nothing here; empty where it can
 * @param extension with its tables, of a server that has loaded the library
 * @param version 104 for 1.4
 * @param here whether its tables are in this database, and not in the maintenance database
 * @param workers whether jobs run in workers of the server, which need no login
 * @param atOnce how many jobs it runs at the same time
 * @param jobs all it has, for whichever database, but for {@link #UPKEEP}
 */
public record Cron(
    Optional<String> absence,
    Extension extension,
    int version,
    boolean here,
    boolean workers,
    int atOnce,
    List<CronJob> jobs) {

  /** What CREATE EXTENSION made. */
  public enum Extension {
    MISSING,
    /** Made by ppp, which takes it away again. */
    OURS,
    OTHERS
  }

  public static final String NAME = "pg_cron";

  /** The comment on an extension that ppp made. */
  public static final String MADE = "Job scheduler for PostgreSQL, made by ppp initialize";

  /** A job beside an extension that ppp made, for its table of runs: pg_cron lets that grow. */
  public static final String UPKEEP = "forget old runs (ppp)";

  private static final int FIRST_WITH_SECONDS = 105;

  public Cron {
    jobs = List.copyOf(jobs);
  }

  /** Why there is none on a server that could have it. */
  public static final String NOT_LOADED = "has not loaded its pg_cron";

  /** None that can be used. */
  public static Cron absent(String why) {
    return new Cron(Optional.of(why), Extension.MISSING, 0, false, false, 0, List.of());
  }

  /** The same with some of its jobs only. */
  public Cron only(Predicate<CronJob> some) {
    return new Cron(
        absence, extension, version, here, workers, atOnce, jobs.stream().filter(some).toList());
  }

  /** ppp's own that run in a database. */
  public List<CronJob> ours(String database) {
    return jobs.stream().filter(job -> job.isOurs() && job.database().equals(database)).toList();
  }

  /**
   * Why it can't run a job in a database; empty where it can.
   *
   * @param superuser of its server, who may log in to it for all that ppp knows
   */
  public Optional<String> refusal(ScheduledJob job, String database, String superuser) {
    if (absence.isPresent()) {
      return absence;
    }
    if (job.isInSeconds() && version < FIRST_WITH_SECONDS) {
      return Optional.of("has a pg_cron that can't count seconds, as 1.5 can");
    }
    if (job.timeout().isPresent()) {
      return Optional.of("has pg_cron, which keeps no timeout");
    }
    if (!workers && !job.role().value().equals(superuser)) {
      return Optional.of(
          "has pg_cron without cron.use_background_workers, which would need a password");
    }
    boolean taken =
        jobs.stream()
            .anyMatch(
                other ->
                    other.name().equals(job.title())
                        && !(other.isOurs() && other.database().equals(database)));
    return taken
        ? Optional.of(
            "has a job \"" + job.title() + "\" that ppp did not make: it needs another name")
        : Optional.empty();
  }
}
