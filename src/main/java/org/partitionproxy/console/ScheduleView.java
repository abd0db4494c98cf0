package org.partitionproxy.console;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.partitionproxy.job.JobBoard;
import org.partitionproxy.job.JobStatus;
import org.partitionproxy.state.JobRun;
import org.partitionproxy.state.ScheduledJob;
import org.partitionproxy.topology.ServerName;

/** Jobs, who runs them, and how their runs went. */
public final class ScheduleView {

  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

  private ScheduleView() {}

  /**
   * A line a job.
   *
   * @param zone in which times are shown
   */
  public static String list(JobBoard.Listing listing, ZoneId zone) {
    List<JobStatus> jobs = listing.jobs();
    if (jobs.isEmpty()) {
      return none(listing, "No jobs.\n");
    }
    Table table =
        new Table()
            .column("job")
            .column("schema")
            .column("shard")
            .column("schedule")
            .column("run by")
            .column("last run")
            .column("took")
            .column("result")
            .column("next");
    for (JobStatus one : jobs) {
      Optional<JobRun> last = one.runs().stream().findFirst();
      table.row(
          one.job().name(),
          one.job().schema(),
          one.shard(),
          one.job().schedule(),
          one.keeper(),
          last.flatMap(JobRun::started).map(at -> time(at, zone)),
          last.flatMap(ScheduleView::took),
          last.map(ScheduleView::result),
          one.paused() ? "paused" : one.next().map(at -> time(at, zone)));
    }
    return table.render();
  }

  /** Of a server that is away nobody knows. */
  private static String none(JobBoard.Listing listing, String words) {
    return listing.problems().isEmpty() ? words : "";
  }

  /**
   * The latest runs of all these jobs together, the latest first.
   *
   * @param most how many
   */
  public static String history(JobBoard.Listing listing, int most, ZoneId zone) {
    List<Ran> runs = runs(listing.jobs(), most);
    if (runs.isEmpty()) {
      return none(listing, "No runs.\n");
    }
    Table table =
        new Table()
            .column("started")
            .column("job")
            .column("schema")
            .column("shard")
            .column("took")
            .column("result");
    for (Ran one : runs) {
      table.row(
          one.run().started().map(at -> time(at, zone)),
          one.of().job().name(),
          one.of().job().schema(),
          one.of().shard(),
          took(one.run()),
          result(one.run()));
    }
    return table.render();
  }

  private record Ran(JobStatus of, JobRun run) {}

  private static List<Ran> runs(List<JobStatus> jobs, int most) {
    List<Ran> runs = new ArrayList<>();
    jobs.forEach(job -> job.runs().forEach(run -> runs.add(new Ran(job, run))));
    runs.sort(
        Comparator.comparing((Ran ran) -> ran.run().started().orElse(Instant.MAX)).reversed());
    return runs.subList(0, Math.min(most, runs.size()));
  }

  private static String time(Instant at, ZoneId zone) {
    return TIME.format(at.atZone(zone));
  }

  private static Optional<String> took(JobRun run) {
    return run.started()
        .flatMap(start -> run.ended().map(end -> Duration.between(start, end)))
        .map(t -> t.toSeconds() < 10 ? t.toMillis() + "ms" : Durations.compact(t));
  }

  /** All of an error is in the JSON. */
  private static String result(JobRun run) {
    return run.status()
        + (run.hasFailed() || run.wasMissed()
            ? ": " + run.message().lines().findFirst().orElse("without a word")
            : "");
  }

  /** One run, as a line without an end. */
  public static String line(ServerName shard, ScheduledJob job, JobRun run) {
    return shard
        + ": "
        + job.name()
        + job.schema().map(schema -> " of " + schema).orElse("")
        + " "
        + Texts.oneLine(result(run));
  }

  public static String json(List<JobStatus> jobs) {
    return Json.pretty(Map.of("jobs", jobs.stream().map(ScheduleView::object).toList()));
  }

  private static Map<String, Object> object(JobStatus one) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("job", one.job().name());
    object.put("schema", one.job().schema());
    object.put("shard", one.shard());
    object.put("schedule", one.job().schedule());
    object.put("sql", one.job().sql());
    object.put("role", one.job().role());
    object.put("timeout", one.job().timeout());
    object.put("run_by", one.keeper());
    object.put("paused", one.paused());
    object.put("next", one.next());
    object.put("runs", one.runs());
    return object;
  }
}
