package org.partitionproxy.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.sql.Identifier;

/** Reads {@code rollups:}: which materialized views are refreshed, and when. */
final class RollupReader {

  static final String EXAMPLE = "mv_sum: { refresh: after changes }";

  private static final List<String> KEYS =
      Stream.concat(Stream.of("refresh", "every", "cron", "of"), SelectionReader.KEYS.stream())
          .toList();

  /** How often changes are looked for where the file doesn't say. */
  private static final JobSchedule LOOKING = new JobSchedule("5 seconds");

  private final SelectionReader selections;
  private final Problems problems;

  RollupReader(SelectionReader selections, Problems problems) {
    this.selections = selections;
    this.problems = problems;
  }

  /** Those that have all they need; of the others something was reported. */
  List<RollupRules> read(Fields rollups) {
    List<RollupRules> all = new ArrayList<>();
    for (YamlNode.Entry entry : rollups.entries()) {
      Optional<Identifier> view = name(entry.name(), entry.key().place(), "a view's name");
      rollups
          .of(entry, "rollup \"" + entry.name() + "\"", EXAMPLE)
          .flatMap(fields -> rules(view, entry.key().place(), fields))
          .ifPresent(all::add);
    }
    return all;
  }

  private Optional<RollupRules> rules(Optional<Identifier> view, Place owner, Fields fields) {
    fields.allowOnly(KEYS);
    Optional<RollupRefresh> refresh =
        fields.entry("refresh").isEmpty()
            ? Optional.of(RollupRefresh.ALWAYS)
            : Placed.valueOf(
                fields
                    .text("refresh")
                    .flatMap(text -> fields.choice(text, "refresh", RollupRefresh.values())));
    boolean timed = fields.entry("every").isPresent() || fields.entry("cron").isPresent();
    Optional<JobSchedule> schedule =
        timed || refresh.equals(Optional.of(RollupRefresh.ALWAYS))
            ? new JobsReader(selections, problems).schedule(owner, fields)
            : Optional.of(LOOKING);
    List<Identifier> of = tables(fields);
    Selection selection = selections.read(fields);
    if (refresh.equals(Optional.of(RollupRefresh.ALWAYS))) {
      fields.refuseKey(
          "of",
          "It names the tables whose changes count; add refresh: after changes, or remove it.");
    }
    return view.isEmpty() || refresh.isEmpty() || schedule.isEmpty()
        ? Optional.empty()
        : Optional.of(new RollupRules(view.get(), refresh.get(), schedule.get(), of, selection));
  }

  private List<Identifier> tables(Fields fields) {
    return fields.names("of", "List tables by their names: of: [operations].").stream()
        .flatMap(item -> name(item.value(), item.place(), "a table's name").stream())
        .toList();
  }

  private Optional<Identifier> name(String text, Place place, String what) {
    boolean printable = text.codePoints().noneMatch(Character::isISOControl);
    if (printable && Identifier.isValid(text)) {
      return Optional.of(Identifier.of(text));
    }
    problems.add(
        Code.NAME_INVALID,
        place,
        "\"" + text + "\" cannot be " + what,
        "Write it without a schema: 1 to 63 bytes, without control characters.");
    return Optional.empty();
  }
}
