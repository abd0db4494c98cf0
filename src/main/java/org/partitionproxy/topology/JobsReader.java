package org.partitionproxy.topology;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.partitionproxy.diagnostic.Code;

/** Reads {@code jobs:}: what runs on a schedule, and where. */
final class JobsReader {

  static final String EXAMPLE = "settle: { every: 5 seconds, sql: 'SELECT settle()', on: tenants }";

  private static final List<String> KEYS =
      Stream.concat(
              Stream.of("every", "cron", "sql", "on", "timeout"), SelectionReader.KEYS.stream())
          .toList();
  private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,49}");
  private static final Pattern TIMEOUT =
      Pattern.compile("([1-9][0-9]{0,2}) (second|minute|hour)s?");

  private final SelectionReader selections;
  private final Problems problems;

  JobsReader(SelectionReader selections, Problems problems) {
    this.selections = selections;
    this.problems = problems;
  }

  /** Those that have all they need; of the others something was reported. */
  List<JobRules> read(Fields jobs) {
    List<JobRules> all = new ArrayList<>();
    for (YamlNode.Entry entry : jobs.entries()) {
      if (!NAME.matcher(entry.name()).matches()) {
        problems.add(
            Code.NAME_INVALID,
            entry.key().place(),
            "\"" + entry.name() + "\" cannot be a job's name",
            "Begin with a letter; up to 49 letters, digits, \"_\" and \"-\" may follow.");
      }
      jobs.of(entry, "job \"" + entry.name() + "\"", EXAMPLE)
          .flatMap(fields -> job(entry, fields))
          .ifPresent(all::add);
    }
    return all;
  }

  private Optional<JobRules> job(YamlNode.Entry entry, Fields fields) {
    fields.allowOnly(KEYS);
    Place owner = entry.key().place();
    fields.require("sql", owner, "Say what it runs: sql: 'SELECT settle()'");
    fields.require("on", owner, "Say where it runs: on: tenants, or on: shards");
    Optional<JobSchedule> schedule = schedule(owner, fields);
    Optional<String> sql = Placed.valueOf(fields.text("sql").filter(this::isSql));
    Optional<JobScope> on =
        Placed.valueOf(fields.text("on").flatMap(t -> fields.choice(t, "on", JobScope.values())));
    Optional<Duration> timeout =
        value(fields, "timeout", JobsReader::timeout, "30 seconds, 5 minutes or 1 hour");
    Selection selection = selections.read(fields);
    if (on.equals(Optional.of(JobScope.SHARDS))) {
      fields.refuseKey(
          SelectionReader.TENANTS, "It runs on shards: name those with shards: [shard1].");
    }
    return schedule.isEmpty() || sql.isEmpty() || on.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new JobRules(entry.name(), schedule.get(), sql.get(), on.get(), timeout, selection));
  }

  /** What {@code every:} or {@code cron:} says. */
  Optional<JobSchedule> schedule(Place owner, Fields fields) {
    Optional<YamlNode.Entry> cron = fields.entry("cron");
    if (cron.isPresent() && fields.entry("every").isPresent()) {
      problems.add(
          Code.KEY_OUT_OF_PLACE,
          cron.get().key().place(),
          "\"cron\" and \"every\" are one too many",
          "Keep the one by which the job is to run.");
    }
    if (cron.isEmpty()) {
      fields.require("every", owner, "Say when it runs: every: 5 seconds, or cron: '0 3 * * *'");
    }
    Optional<JobSchedule> every =
        value(
            fields,
            "every",
            JobSchedule::every,
            "5 seconds (1 to 59), 10 minutes (what divides an hour), 2 hours (what divides a day)"
                + " or 1 day; for other times there is cron:");
    return value(
            fields,
            "cron",
            JobSchedule::cron,
            "cron has it, with five fields in quotes: '0 3 * * *'")
        .or(() -> every);
  }

  private <T> Optional<T> value(
      Fields fields, String key, Function<String, Optional<T>> reading, String examples) {
    Optional<Placed<String>> text = fields.text(key);
    Optional<T> value = text.map(Placed::value).flatMap(reading);
    if (text.isPresent() && value.isEmpty()) {
      refuse(text.get().place(), key, "Write it like " + examples + ".");
    }
    return value;
  }

  private static Optional<Duration> timeout(String text) {
    Matcher form = TIMEOUT.matcher(text);
    if (!form.matches()) {
      return Optional.empty();
    }
    long count = Long.parseLong(form.group(1));
    return Optional.of(
        switch (form.group(2)) {
          case "second" -> Duration.ofSeconds(count);
          case "minute" -> Duration.ofMinutes(count);
          default -> Duration.ofHours(count);
        });
  }

  private boolean isSql(Placed<String> text) {
    if (text.value().indexOf('\0') < 0) {
      return true;
    }
    refuse(text.place(), "sql", "Write SQL without a zero byte.");
    return false;
  }

  private void refuse(Place place, String key, String hint) {
    problems.add(Code.VALUE_INVALID, place, "\"" + key + "\" cannot have this value", hint);
  }
}
