package org.partitionproxy.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.sql.Identifier;

/** Reads {@code rollups:}: which materialized views are refreshed, and when. */
final class RollupReader {

  static final String EXAMPLE = "mv_sum: { refresh: after changes }";

  private static final List<String> KEYS = List.of("refresh", "every", "cron", "of");

  /** How often changes are looked for where the file doesn't say. */
  private static final JobSchedule LOOKING = new JobSchedule("5 seconds");

  private final Problems problems;

  RollupReader(Problems problems) {
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
            ? new JobsReader(problems).schedule(owner, fields)
            : Optional.of(LOOKING);
    List<Identifier> of = tables(fields);
    if (refresh.equals(Optional.of(RollupRefresh.ALWAYS))) {
      fields
          .entry("of")
          .ifPresent(
              entry ->
                  problems.add(
                      Code.KEY_OUT_OF_PLACE,
                      entry.key().place(),
                      "\"of\" does not belong here",
                      "It names the tables whose changes count; add refresh: after changes, or"
                          + " remove it."));
    }
    return view.isEmpty() || refresh.isEmpty() || schedule.isEmpty()
        ? Optional.empty()
        : Optional.of(new RollupRules(view.get(), refresh.get(), schedule.get(), of));
  }

  private List<Identifier> tables(Fields fields) {
    Optional<YamlNode.Entry> entry = fields.entry("of");
    if (entry.isEmpty() || entry.get().value() instanceof YamlNode.Unread) {
      return List.of();
    }
    List<Identifier> tables = new ArrayList<>();
    if (entry.get().value() instanceof YamlNode.Sequence list && !list.items().isEmpty()) {
      for (YamlNode item : list.items()) {
        if (item instanceof YamlNode.Scalar scalar && !scalar.isNull()) {
          name(scalar.text(), scalar.place(), "a table's name").ifPresent(tables::add);
        } else if (!(item instanceof YamlNode.Unread)) {
          refuse(item.place());
        }
      }
    } else {
      refuse(entry.get().value().place());
    }
    return tables;
  }

  private void refuse(Place place) {
    problems.add(
        Code.VALUE_INVALID,
        place,
        "\"of\" cannot have this value",
        "List tables by their names: of: [operations].");
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
