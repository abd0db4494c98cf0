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

  /** Families of which each thing has a sample at most. */
  private final class Gauges<T> {

    private final String prefix;
    private final List<T> all;
    private final Function<T, List<String>> labels;

    Gauges(String prefix, List<T> all, Function<T, List<String>> labels) {
      this.prefix = prefix;
      this.all = all;
      this.labels = labels;
    }

    void add(String name, String help, Function<T, Optional<?>> value) {
      text.family(prefix + name, help);
      for (T one : all) {
        value
            .apply(one)
            .ifPresent(v -> text.sample(prefix + name, labels.apply(one), v.toString()));
      }
    }
  }

  private void jobs(List<JobFigures> all) {
    Gauges<JobFigures> jobs =
        new Gauges<>("ppp_job_", all, o -> List.of("job", o.job(), "shard", o.shard().value()));
    jobs.add(
        "runs",
        "Runs that ended in the time that --since says, for all tenants of the shard.",
        one -> Optional.of(one.runs()));
    jobs.add("failures", "Those of them that failed.", one -> Optional.of(one.failures()));
    jobs.add(
        "failing",
        "For how many tenants, or for the shard, the last run failed.",
        one -> Optional.of(one.failing()));
    jobs.add(
        "late",
        "For how many its last two times passed without a run.",
        one -> Optional.of(one.late()));
    jobs.add(
        "last_end_timestamp_seconds",
        "When the last run ended.",
        one -> one.lastEnd().map(MetricsText::seconds));
    jobs.add(
        "last_duration_seconds",
        "How long that run took.",
        one -> one.lastTook().map(MetricsText::seconds));
  }

  private void rollups(List<Rollup> all) {
    Gauges<Rollup> rollups = new Gauges<>("ppp_rollup_", all, UpkeepMetrics::labels);
    rollups.add(
        "age_seconds",
        "No older is what the view shows.",
        one -> one.last().map(last -> MetricsText.seconds(last.age())));
    rollups.add(
        "changes",
        "Rows that were written to its tables since.",
        one -> one.last().flatMap(Rollup.Refresh::changes));
    rollups.add(
        "last_duration_seconds",
        "How long the last refresh took.",
        one -> one.last().map(last -> MetricsText.seconds(last.took())));
    rollups.add(
        "failing",
        "Whether the last try to refresh it failed.",
        one -> Optional.of(one.failure().isPresent() ? 1 : 0));
    rollups.add(
        "size_bytes", "The view with its indexes.", one -> one.view().flatMap(Rollup.View::bytes));
  }

  private static List<String> labels(Rollup one) {
    return List.of(
        "rollup",
        one.name().name().value(),
        "tenant",
        one.tenant().value(),
        "shard",
        one.shard().value());
  }

  private void replicas(List<ReplicaStatus> all) {
    states(all);
    Gauges<ReplicaStatus> replicas = new Gauges<>("ppp_replica_", all, UpkeepMetrics::labels);
    replicas.add(
        "lag_bytes",
        "Written on the shard, and not confirmed.",
        one -> one.slot().map(ReplicaStatus.Slot::lagBytes));
    replicas.add(
        "lag_seconds",
        "How long ago it had all that the shard had, at most.",
        ReplicaStatus::lagSeconds);
    replicas.add(
        "wal_bytes",
        "WAL that the shard keeps for it.",
        one -> one.slot().map(ReplicaStatus.Slot::retainedBytes));
    replicas.add(
        "wal_limit_bytes",
        "How much it may keep; absent without a limit.",
        one -> one.slot().flatMap(ReplicaStatus.Slot::limitBytes));
    replicas.add(
        "errors",
        "Of applying and copying, since the replica's statistics began.",
        one -> Optional.of(one.errors()).filter(n -> one.unreachable().isEmpty()));
    replicas.add(
        "conflicts", "Conflicts since then, from PostgreSQL 18 on.", ReplicaStatus::conflicts);
  }

  private static List<String> labels(ReplicaStatus one) {
    return List.of("replica", one.replica(), "shard", one.shard());
  }

  /** One of them is 1. */
  private void states(List<ReplicaStatus> all) {
    text.family("ppp_replica_state", "1 for the state that it is in, 0 for the others.");
    for (ReplicaStatus one : all) {
      for (ReplicaStatus.State state : ReplicaStatus.State.values()) {
        List<String> with = new ArrayList<>(labels(one));
        with.addAll(List.of("state", state.toString()));
        text.sample("ppp_replica_state", with, one.state() == state ? "1" : "0");
      }
    }
  }
}
