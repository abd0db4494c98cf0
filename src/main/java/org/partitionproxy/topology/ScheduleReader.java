package org.partitionproxy.topology;

import java.util.List;
import java.util.Optional;
import org.partitionproxy.diagnostic.Code;

/** Reads when a shard's pg_cron makes partitions: {@code schedule:} and {@code job:}. */
final class ScheduleReader {

  static final List<String> KEYS = List.of("schedule", "job");

  private final Problems problems;

  ScheduleReader(Problems problems) {
    this.problems = problems;
  }

  Optional<Placed<PartitionSchedule>> read(Fields fields) {
    Optional<Placed<String>> job = fields.text("job");
    Optional<Placed<String>> when = fields.text("schedule");
    if (fields.entry("job").isPresent() && fields.entry("schedule").isEmpty()) {
      problems.add(
          Code.KEY_OUT_OF_PLACE,
          fields.entry("job").orElseThrow().key().place(),
          "\"job\" does not belong here",
          "It names the job that schedule: makes; add schedule: '0 23 * * *', or remove it.");
    }
    if (when.isPresent() && !CronText.isValid(when.get().value())) {
      problems.add(
          Code.VALUE_INVALID,
          when.get().place(),
          "\"schedule\" cannot have this value",
          "Write five fields as cron has them, like '0 23 * * *', or 1 to 59 seconds, like"
              + " '30 seconds'.");
      return Optional.empty();
    }
    return when.map(w -> w.map(text -> new PartitionSchedule(text, Placed.valueOf(job))));
  }

  /**
   * A tenant has no schedule of its own: a turn where partitions stand ready costs next to nothing,
   * so that the schedule of the one who needs it most often is right for all.
   */
  void refuse(Fields tenant) {
    for (String key : KEYS) {
      tenant
          .entry(key)
          .ifPresent(
              entry ->
                  problems.add(
                      Code.KEY_OUT_OF_PLACE,
                      entry.key().place(),
                      "\"" + key + "\" does not belong to a tenant",
                      "One job on a shard makes the partitions of all its tenants' tables of this"
                          + " name, and does nothing where they stand ready: give the table the"
                          + " schedule of the tenant that needs it most often, or that tenant a"
                          + " larger \"ahead\"."));
    }
  }
}
