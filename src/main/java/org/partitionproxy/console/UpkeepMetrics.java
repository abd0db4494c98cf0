package org.partitionproxy.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.partitionproxy.job.JobFigures;
import org.partitionproxy.provision.Upkeep;
import org.partitionproxy.replica.ReplicaStatus;
import org.partitionproxy.rollup.Rollup;

/** Jobs, rollups and replicas as metrics. */
final class UpkeepMetrics {

  private final MetricsText text;

  UpkeepMetrics(MetricsText text) {
    this.text = text;
  }

  void add(Upkeep upkeep) {
    jobs(upkeep.jobs());
    rollups(upkeep.rollups());
    replicas(upkeep.replicas());
  }

  private <T> void gauges(
      List<T> all,
      Function<T, List<String>> labels,
      String name,
      String help,
      Function<T, Optional<String>> value) {
    text.family(name, help);
    all.forEach(one -> value.apply(one).ifPresent(v -> text.sample(name, labels.apply(one), v)));
  }

  private static Optional<String> number(long value) {
    return Optional.of(Long.toString(value));
  }

  private void jobs(List<JobFigures> all) {
    Function<JobFigures, List<String>> labels =
        one -> List.of("job", one.job(), "shard", one.shard().value());
    gauges(
        all,
        labels,
        "ppp_job_runs",
        "Runs that ended in the time that --since says, for all tenants of the shard.",
        one -> number(one.runs()));
    gauges(
        all, labels, "ppp_job_failures", "Those of them that failed.", o -> number(o.failures()));
    gauges(
        all,
        labels,
        "ppp_job_failing",
        "For how many tenants, or for the shard, the last run failed.",
        one -> number(one.failing()));
    gauges(
        all,
        labels,
        "ppp_job_late",
        "For how many its last two times passed without a run.",
        one -> number(one.late()));
    gauges(
        all,
        labels,
        "ppp_job_last_end_timestamp_seconds",
        "When the last run ended.",
        one -> one.lastEnd().map(MetricsText::seconds));
    gauges(
        all,
        labels,
        "ppp_job_last_duration_seconds",
        "How long that run took.",
        one -> one.lastTook().map(MetricsText::seconds));
  }

  private void rollups(List<Rollup> all) {
    Function<Rollup, List<String>> labels =
        one ->
            List.of(
                "rollup",
                one.name().name().value(),
                "tenant",
                one.tenant().value(),
                "shard",
                one.shard().value());
    gauges(
        all,
        labels,
        "ppp_rollup_age_seconds",
        "No older is what the view shows.",
        one -> one.last().map(last -> MetricsText.seconds(last.age())));
    gauges(
        all,
        labels,
        "ppp_rollup_changes",
        "Rows that were written to its tables since.",
        one -> one.last().flatMap(Rollup.Refresh::changes).map(String::valueOf));
    gauges(
        all,
        labels,
        "ppp_rollup_last_duration_seconds",
        "How long the last refresh took.",
        one -> one.last().map(last -> MetricsText.seconds(last.took())));
    gauges(
        all,
        labels,
        "ppp_rollup_failing",
        "Whether the last try to refresh it failed.",
        one -> number(one.failure().isPresent() ? 1 : 0));
    gauges(
        all,
        labels,
        "ppp_rollup_size_bytes",
        "The view with its indexes.",
        one -> one.view().flatMap(Rollup.View::bytes).map(String::valueOf));
  }

  private void replicas(List<ReplicaStatus> all) {
    Function<ReplicaStatus, List<String>> labels =
        one -> List.of("replica", one.replica(), "shard", one.shard());
    states(all, labels);
    slots(all, labels, "lag_bytes", "Written on the shard, and not confirmed.", s -> s.lagBytes());
    gauges(
        all,
        labels,
        "ppp_replica_lag_seconds",
        "Of the replica's last answer, while something is under way.",
        one -> one.slot().flatMap(ReplicaStatus.Slot::lagSeconds).map(String::valueOf));
    slots(all, labels, "wal_bytes", "WAL that the shard keeps for it.", s -> s.retainedBytes());
    gauges(
        all,
        labels,
        "ppp_replica_wal_limit_bytes",
        "How much it may keep; absent without a limit.",
        one -> one.slot().flatMap(ReplicaStatus.Slot::limitBytes).map(String::valueOf));
    gauges(
        all.stream().filter(one -> one.unreachable().isEmpty()).toList(),
        labels,
        "ppp_replica_errors",
        "Of applying and copying, since the replica's statistics began.",
        one -> number(one.errors()));
    gauges(
        all,
        labels,
        "ppp_replica_conflicts",
        "Conflicts since then, from PostgreSQL 18 on.",
        one -> one.conflicts().map(String::valueOf));
  }

  private void slots(
      List<ReplicaStatus> all,
      Function<ReplicaStatus, List<String>> labels,
      String name,
      String help,
      Function<ReplicaStatus.Slot, Long> value) {
    gauges(
        all,
        labels,
        "ppp_replica_" + name,
        help,
        one -> one.slot().map(value).map(String::valueOf));
  }

  /** One of them is 1. */
  private void states(List<ReplicaStatus> all, Function<ReplicaStatus, List<String>> labels) {
    text.family("ppp_replica_state", "1 for the state that it is in, 0 for the others.");
    for (ReplicaStatus one : all) {
      for (ReplicaStatus.State state : ReplicaStatus.State.values()) {
        List<String> with = new ArrayList<>(labels.apply(one));
        with.addAll(List.of("state", state.toString()));
        text.sample("ppp_replica_state", with, one.state() == state ? "1" : "0");
      }
    }
  }
}
