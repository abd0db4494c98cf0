package org.partitionproxy.topology;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Suggestion;
import org.partitionproxy.sql.Identifier;

/**
 * Reads {@code partitions:}: what each key says. What only several tell, {@link PolicyChecks} does.
 */
final class PolicyReader {

  static final String EXAMPLE = "events: { by: created_at, every: 1 day }";

  /** What a tenant may have otherwise: one job on a shard is for the tables of all its tenants. */
  private static final List<String> TENANT_KEYS =
      List.of("every", "encoded", "zone", "ahead", "keep", "retire", "name", "comments", "each");

  private static final List<String> KEYS =
      Stream.of(List.of("by"), TENANT_KEYS, ScheduleReader.KEYS, List.of("tenants"))
          .flatMap(List::stream)
          .toList();

  private static final List<KeyEncoding> ENCODINGS =
      List.of(KeyEncoding.SECONDS, KeyEncoding.MILLISECONDS, KeyEncoding.MICROSECONDS);
  private static final Pattern COUNT = Pattern.compile("[1-9][0-9]{0,3}|10000");
  private static final String LENGTHS =
      "10 seconds, 1 day, 2 weeks or month; a whole number where the key holds plain numbers";

  private final Problems problems;
  private final ScheduleReader schedules;

  PolicyReader(Problems problems) {
    this.problems = problems;
    this.schedules = new ScheduleReader(problems);
  }

  List<PartitionsDraft> read(Fields section) {
    List<PartitionsDraft> drafts = new ArrayList<>();
    for (YamlNode.Entry entry : section.entries()) {
      Optional<Identifier> table = table(entry);
      section
          .of(entry, "\"" + entry.name() + "\" of \"partitions\"", EXAMPLE)
          .map(fields -> rules(table, entry, fields))
          .ifPresent(drafts::add);
    }
    return drafts;
  }

  private Optional<Identifier> table(YamlNode.Entry entry) {
    boolean printable = entry.name().codePoints().noneMatch(Character::isISOControl);
    if (printable && Identifier.isValid(entry.name())) {
      return Optional.of(Identifier.of(entry.name()));
    }
    problems.add(
        Code.NAME_INVALID,
        entry.key().place(),
        "\"" + entry.name() + "\" cannot be a table's name",
        "Write the table's name without a schema: 1 to 63 bytes, without control characters.");
    return Optional.empty();
  }

  private PartitionsDraft rules(Optional<Identifier> table, YamlNode.Entry entry, Fields fields) {
    fields.allowOnly(KEYS);
    fields.require("by", entry.key().place(), "Name the column that it is partitioned by: by: at");
    fields.require("every", entry.key().place(), "Say how long a range is: every: 1 day");
    PolicyDraft policy = policy(table, fields, Optional.empty());
    PolicyChecks checks = new PolicyChecks(problems);
    checks.check(policy);
    Map<Placed<String>, PolicyDraft> own = new LinkedHashMap<>();
    Optional<Fields> tenants = fields.section("tenants", "tenants: { acme: { keep: 7 years } }");
    for (YamlNode.Entry tenant : tenants.map(Fields::entries).orElse(List.of())) {
      Placed<String> name = new Placed<>(tenant.name(), tenant.key().place());
      tenants
          .flatMap(
              t ->
                  t.of(
                      tenant,
                      "tenant \"" + tenant.name() + "\"",
                      tenant.name() + ": { keep: 7 years }"))
          .ifPresent(
              f -> {
                f.allowOnly(TENANT_KEYS, ScheduleReader.KEYS);
                schedules.refuse(f);
                PolicyDraft draft = policy(table, f, Optional.of(policy));
                checks.check(draft, policy);
                own.put(name, draft);
              });
    }
    return new PartitionsDraft(policy, own);
  }

  /**
   * @param base says what the fields don't
   */
  private PolicyDraft policy(
      Optional<Identifier> table, Fields fields, Optional<PolicyDraft> base) {
    return new PolicyDraft(
        table,
        own(fields, "by", fields.identifier("by"), base, PolicyDraft::key),
        own(fields, "every", every(fields), base, PolicyDraft::every),
        own(fields, "encoded", encoding(fields), base, PolicyDraft::encoding),
        own(fields, "zone", zone(fields), base, PolicyDraft::zone),
        own(fields, "ahead", ahead(fields), base, PolicyDraft::ahead),
        own(
            fields,
            "keep",
            length(fields, "keep", "90 days, 7 years or month"),
            base,
            PolicyDraft::keep),
        own(fields, "retire", retirement(fields), base, PolicyDraft::retirement),
        own(fields, "name", naming(fields), base, PolicyDraft::naming),
        own(
            fields,
            "comments",
            fields.text("comments").flatMap(t -> fields.choice(t, "comments", Switch.values())),
            base,
            PolicyDraft::comments),
        own(fields, "each", each(fields), base, PolicyDraft::each),
        base.isPresent() ? Optional.empty() : schedules.read(fields));
  }

  /** What is there and wrong stays empty: it was reported, and is not to be judged again. */
  private static <T> Optional<T> own(
      Fields fields,
      String key,
      Optional<T> value,
      Optional<PolicyDraft> base,
      Function<PolicyDraft, Optional<T>> inherited) {
    return fields.entry(key).isPresent() ? value : base.flatMap(inherited);
  }

  private Optional<Placed<RangeLength>> every(Fields fields) {
    Optional<Placed<RangeLength>> every = length(fields, "every", LENGTHS);
    if (every.isPresent() && every.get().value().isOverAYear()) {
      refuse(every.get().place(), "every", "Ranges of time are from 1 second to 1 year long.");
      return Optional.empty();
    }
    return every;
  }

  private Optional<Placed<RangeLength>> length(Fields fields, String key, String examples) {
    Optional<Placed<String>> text = fields.text(key);
    Optional<RangeLength> length = text.map(Placed::value).flatMap(RangeLength::parse);
    if (text.isPresent() && length.isEmpty()) {
      refuse(
          text.get().place(),
          key,
          "Write it like " + examples + ", with one unit, and more than zero.");
    }
    return length.map(l -> text.orElseThrow().map(t -> l));
  }

  private Optional<Placed<KeyEncoding>> encoding(Fields fields) {
    return fields
        .text("encoded")
        .flatMap(t -> fields.choice(t, "encoded", ENCODINGS.toArray(new KeyEncoding[0])));
  }

  /** By the names that Java and PostgreSQL share; offsets have the other sign in PostgreSQL. */
  private Optional<Placed<String>> zone(Fields fields) {
    Optional<Placed<String>> text = fields.text("zone");
    if (text.isEmpty() || isZone(text.get().value())) {
      return text;
    }
    refuse(
        text.get().place(),
        "zone",
        "Write a time zone by its name, like UTC or Europe/Berlin."
            + Suggestion.didYouMean(
                text.get().value(), ZoneId.getAvailableZoneIds().stream().sorted().toList()));
    return Optional.empty();
  }

  private static boolean isZone(String name) {
    return ZoneId.getAvailableZoneIds().contains(name) && !name.startsWith("SystemV/");
  }

  private Optional<Placed<Integer>> ahead(Fields fields) {
    Optional<Placed<String>> text = fields.text("ahead");
    if (text.isEmpty() || COUNT.matcher(text.get().value()).matches()) {
      return text.map(t -> t.map(Integer::valueOf));
    }
    refuse(
        text.get().place(), "ahead", "Write how many partitions stand ready: 6, from 1 to 10000.");
    return Optional.empty();
  }

  private Optional<Placed<Retirement>> retirement(Fields fields) {
    Optional<YamlNode.Entry> entry = fields.entry("retire");
    if (entry.isPresent() && entry.get().value() instanceof YamlNode.Mapping) {
      Optional<Fields> move = fields.section("retire", "retire: { move: archive }");
      move.ifPresent(m -> m.allowOnly(List.of("move")));
      move.ifPresent(
          m -> m.require("move", entry.get().key().place(), "Name a schema: { move: archive }"));
      return move.flatMap(m -> m.identifier("move")).flatMap(this::move);
    }
    Optional<Placed<String>> text = fields.text("retire");
    Optional<Retirement> word =
        text.flatMap(
            t ->
                Stream.<Retirement>of(new Retirement.Detach(), new Retirement.Drop())
                    .filter(r -> r.toString().equals(t.value()))
                    .findFirst());
    if (text.isPresent() && word.isEmpty()) {
      refuse(
          text.get().place(),
          "retire",
          "Possible are detach, drop, and { move: SCHEMA } for a schema that keeps the old ones."
              + Suggestion.didYouMean(text.get().value(), List.of("detach", "drop")));
    }
    return word.map(w -> text.orElseThrow().map(t -> w));
  }

  private Optional<Placed<Retirement>> move(Placed<Identifier> schema) {
    if (!ReservedNames.isSchema(schema.value().value())) {
      return Optional.of(schema.map(Retirement.Move::new));
    }
    problems.add(
        Code.NAME_RESERVED,
        schema.place(),
        "schema \"" + schema.value() + "\" is reserved",
        "PostgreSQL or ppp uses it for other things; move old partitions to another one.");
    return Optional.empty();
  }

  private Optional<Placed<String>> naming(Fields fields) {
    return fields.text("name").filter(pattern -> PolicyChecks.isNaming(pattern, problems));
  }

  private Optional<List<String>> each(Fields fields) {
    Optional<YamlNode.Entry> entry = fields.entry("each");
    if (entry.isEmpty() || entry.get().value() instanceof YamlNode.Unread) {
      return Optional.empty();
    }
    if (!(entry.get().value() instanceof YamlNode.Sequence list)) {
      problems.add(
          Code.WRONG_KIND,
          entry.get().value().place(),
          "\"each\" must be a list, not " + entry.get().value().kind(),
          "Write statements: each: ['ALTER TABLE {partition} SET (fillfactor = 90)'].");
      return Optional.empty();
    }
    List<String> statements = new ArrayList<>();
    for (YamlNode item : list.items()) {
      if (item instanceof YamlNode.Scalar scalar && scalar.text().contains("{partition}")) {
        statements.add(scalar.text());
      } else if (!(item instanceof YamlNode.Unread)) {
        refuse(
            item.place(),
            "each",
            "Write a statement with {partition}, which stands for the new partition, in quotes.");
      }
    }
    return Optional.of(statements);
  }

  private void refuse(Place place, String key, String hint) {
    problems.add(Code.VALUE_INVALID, place, "\"" + key + "\" cannot have this value", hint);
  }
}
