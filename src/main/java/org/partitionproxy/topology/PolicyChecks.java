package org.partitionproxy.topology;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Suggestion;
import org.partitionproxy.sql.Identifier;

/** What only several keys of a policy, or the whole file, tell. */
final class PolicyChecks {

  private static final Pattern PLACEHOLDER = Pattern.compile("\\{[^}]*\\}?|\\}");
  private static final String START = "{start}";
  private static final String TABLE = "{table}";

  /** {@code 20260101_000000}; of numbers it is longer. */
  private static final int TIME_BYTES = 15;

  private static final int NUMBER_BYTES = 20;

  /** A table's name that is cut is one letter of it, {@code ~}, and six digits. */
  private static final int CUT_TABLE_BYTES = 8;

  private static final long FURTHEST_AHEAD_SECONDS = 100L * 366 * 86_400;

  private final Problems problems;

  PolicyChecks(Problems problems) {
    this.problems = problems;
  }

  /** Whether a pattern can give names; otherwise says why not. */
  static boolean isNaming(Placed<String> pattern, Problems problems) {
    String text = pattern.value();
    Matcher placeholder = PLACEHOLDER.matcher(text);
    boolean known = true;
    while (placeholder.find()) {
      known &= placeholder.group().equals(START) || placeholder.group().equals(TABLE);
    }
    boolean printable = text.codePoints().noneMatch(Character::isISOControl);
    if (known && printable && text.contains(START)) {
      return true;
    }
    problems.add(
        Code.VALUE_INVALID,
        pattern.place(),
        "\"name\" cannot have this value",
        "Write a pattern with {start}, where the range begins, and {table}, the table's name, and"
            + " no other braces: '{table}_{start}'.");
    return false;
  }

  void check(PolicyDraft draft) {
    checkEncoding(draft);
    checkZone(draft);
    checkKeep(draft);
    checkAhead(draft);
    checkNameLength(draft);
  }

  /** Only what differs from the other, which is checked itself. */
  void check(PolicyDraft draft, PolicyDraft base) {
    boolean sameEvery = draft.every().equals(base.every());
    if (!sameEvery || !draft.encoding().equals(base.encoding())) {
      checkEncoding(draft);
    }
    if (!sameEvery || !draft.zone().equals(base.zone())) {
      checkZone(draft);
    }
    if (!sameEvery || !draft.keep().equals(base.keep())) {
      checkKeep(draft);
    }
    if (!sameEvery || !draft.ahead().equals(base.ahead())) {
      checkAhead(draft);
    }
    if (!sameEvery || !draft.naming().equals(base.naming())) {
      checkNameLength(draft);
    }
  }

  private static boolean isNumbered(PolicyDraft draft) {
    return draft.every().map(every -> !every.value().isTime()).orElse(false);
  }

  private void checkEncoding(PolicyDraft draft) {
    draft
        .encoding()
        .filter(encoding -> isNumbered(draft))
        .ifPresent(encoding -> reportOutOfPlace(encoding.place(), "encoded", draft));
  }

  private void checkZone(PolicyDraft draft) {
    draft
        .zone()
        .filter(zone -> isNumbered(draft))
        .ifPresent(zone -> reportOutOfPlace(zone.place(), "zone", draft));
  }

  private void reportOutOfPlace(Place place, String key, PolicyDraft draft) {
    problems.add(
        Code.KEY_OUT_OF_PLACE,
        place,
        "\"" + key + "\" says nothing where ranges are of plain numbers",
        "every: "
            + draft.every().orElseThrow().value()
            + " is no time: write one, like 1 day, or remove "
            + key
            + ":.");
  }

  private void checkKeep(PolicyDraft draft) {
    Optional<RangeLength> every = Placed.valueOf(draft.every());
    if (draft.keep().isEmpty() || every.isEmpty()) {
      return;
    }
    RangeLength keep = draft.keep().get().value();
    if (keep.isTime() != every.get().isTime()) {
      problems.add(
          Code.VALUE_INVALID,
          draft.keep().get().place(),
          "\"keep\" and \"every\" are of different kinds",
          "With every: "
              + every.get()
              + (keep.isTime() ? ", write keep: as a whole number." : ", write keep: as a time."));
    } else if (keep.isShorterThan(every.get())) {
      problems.add(
          Code.VALUE_INVALID,
          draft.keep().get().place(),
          "\"keep\" is shorter than one range",
          "Ranges are " + every.get() + " long, and only whole ones retire: keep that or more.");
    }
  }

  private void checkAhead(PolicyDraft draft) {
    Optional<RangeLength> every = Placed.valueOf(draft.every()).filter(RangeLength::isTime);
    long length = every.map(e -> e.step() * e.unit().longest()).orElse(0L);
    draft
        .ahead()
        .filter(ahead -> ahead.value() * length > FURTHEST_AHEAD_SECONDS)
        .ifPresent(
            ahead ->
                problems.add(
                    Code.VALUE_INVALID,
                    ahead.place(),
                    "\"ahead\" reaches more than 100 years",
                    "Ranges are " + every.orElseThrow() + " long: have fewer stand ready."));
  }

  private void checkNameLength(PolicyDraft draft) {
    if (draft.naming().isEmpty() || draft.every().isEmpty() || draft.table().isEmpty()) {
      return;
    }
    Placed<String> pattern = draft.naming().get();
    int table = Math.min(CUT_TABLE_BYTES, Identifier.byteLength(draft.table().get().value()));
    int start = isNumbered(draft) ? NUMBER_BYTES : TIME_BYTES;
    int bytes =
        Identifier.byteLength(
            pattern.value().replace(TABLE, "t".repeat(table)).replace(START, "s".repeat(start)));
    if (bytes > Identifier.MAX_BYTES) {
      problems.add(
          Code.NAME_TOO_LONG,
          pattern.place(),
          "\"name\" gives names of " + bytes + " bytes or more",
          "A name has up to "
              + Identifier.MAX_BYTES
              + " bytes, of which {start} may take "
              + start
              + "; shorten the rest.");
    }
  }

  /** That tenants are declared, and old partitions don't become another tenant's. */
  static void check(TopologyDraft topology, Problems problems) {
    List<String> declared = topology.tenants().stream().map(t -> t.name().value()).toList();
    Map<Identifier, String> owners = new HashMap<>();
    topology
        .tenants()
        .forEach(t -> t.schema().ifPresent(s -> owners.put(s.value(), t.name().value())));
    Set<String> jobs = new HashSet<>();
    for (PartitionsDraft rules : topology.partitions()) {
      rules
          .policy()
          .schedule()
          .filter(schedule -> schedule.value().job().filter(job -> !jobs.add(job)).isPresent())
          .ifPresent(
              schedule ->
                  problems.add(
                      Code.NAME_TAKEN,
                      schedule.place(),
                      "two schedules have a job \"" + schedule.value().job().orElse("") + "\"",
                      "Give one of them another name with job:, or none."));
      checkMove(rules.policy(), owners, problems);
      rules
          .ofTenants()
          .forEach(
              (tenant, draft) -> {
                if (!draft.retirement().equals(rules.policy().retirement())) {
                  checkMove(draft, owners, problems);
                }
                if (!declared.contains(tenant.value())) {
                  problems.add(
                      Code.TENANT_UNDECLARED,
                      tenant.place(),
                      "tenant \"" + tenant.value() + "\" is not declared",
                      "Write the name of one under the file's tenants:."
                          + Suggestion.didYouMean(tenant.value(), declared));
                }
              });
    }
  }

  private static void checkMove(
      PolicyDraft draft, Map<Identifier, String> owners, Problems problems) {
    draft
        .retirement()
        .ifPresent(
            retirement -> {
              if (retirement.value() instanceof Retirement.Move move
                  && owners.containsKey(move.schema())) {
                problems.add(
                    Code.NAME_RESERVED,
                    retirement.place(),
                    "schema \""
                        + move.schema()
                        + "\" is that of tenant \""
                        + owners.get(move.schema())
                        + "\"",
                    "Old partitions of all tenants would be in it; move them to another schema.");
              }
            });
  }
}
