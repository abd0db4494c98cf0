package org.partitionproxy.console;

import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.partitionproxy.partition.ShardJob;
import org.partitionproxy.state.JobHistory;
import org.partitionproxy.state.JobRun;

/** The jobs that make partitions on shards, and how their last runs went. */
final class JobsView {

  private JobsView() {}

  /** A line a job. */
  static String render(List<ShardJob> jobs) {
    StringBuilder lines = new StringBuilder();
    for (ShardJob one : jobs) {
      JobHistory history = one.history();
      lines
          .append(one.shard())
          .append(": job \"")
          .append(Texts.oneLine(history.job().name()))
          .append("\" at '")
          .append(Texts.oneLine(history.job().schedule()))
          .append("': ")
          .append(history.job().active() ? "" : "switched off; ")
          .append(history.runs().isEmpty() ? "has not run yet" : last(history.runs().get(0)))
          .append('\n');
    }
    return lines.toString();
  }

  /** All of an error is in the JSON. */
  private static String last(JobRun run) {
    return run.started()
            .map(at -> "last run " + at.truncatedTo(ChronoUnit.SECONDS) + " ")
            .orElse("last run ")
        + run.status()
        + (run.hasFailed()
            ? ", " + Texts.oneLine(run.message().lines().findFirst().orElse("without a word"))
            : "");
  }

  static List<Map<String, Object>> json(List<ShardJob> jobs) {
    return jobs.stream().map(JobsView::json).toList();
  }

  private static Map<String, Object> json(ShardJob one) {
    JobHistory history = one.history();
    Map<String, Object> job = new LinkedHashMap<>();
    job.put("shard", one.shard());
    job.put("job", history.job().name());
    job.put("schedule", history.job().schedule());
    job.put("command", history.job().command());
    job.put("active", history.job().active());
    job.put("runs", history.runs().stream().map(JobsView::json).toList());
    return job;
  }

  private static Map<String, Object> json(JobRun run) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("status", run.status());
    one.put("started", run.started());
    one.put("ended", run.ended());
    one.put("message", run.message());
    return one;
  }
}
