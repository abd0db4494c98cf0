package org.partitionproxy.topology;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Suggestion;
import org.partitionproxy.sql.Identifier;

/** One mapping of shards.yaml, read key by key. What is wrong is reported, once, and then empty. */
final class Fields {

  private final YamlNode.Mapping mapping;
  private final String what;
  private final Environment environment;
  private final Problems problems;

  private Fields(
      YamlNode.Mapping mapping, String what, Environment environment, Problems problems) {
    this.mapping = mapping;
    this.what = what;
    this.environment = environment;
    this.problems = problems;
  }

  /**
   * The keys of a mapping that must have some.
   *
   * @param what it describes, in a message: {@code shard "shard1"}
   * @param example how it is written
   */
  static Optional<Fields> of(
      YamlNode node,
      Place owner,
      String what,
      String example,
      Environment environment,
      Problems problems) {
    if (node instanceof YamlNode.Unread) {
      return Optional.empty();
    }
    boolean missing = node instanceof YamlNode.Scalar scalar && scalar.isNull();
    if (missing || (node instanceof YamlNode.Mapping m && m.complete() && m.entries().isEmpty())) {
      problems.add(
          Code.EMPTY_MAP, missing ? owner : node.place(), what + " is empty", like(example));
      return Optional.empty();
    }
    if (node instanceof YamlNode.Mapping mapping) {
      return Optional.of(new Fields(mapping, what, environment, problems));
    }
    problems.add(
        Code.WRONG_KIND, node.place(), what + " must be a map, not " + node.kind(), like(example));
    return Optional.empty();
  }

  private static String like(String example) {
    return "Write it like this:" + (example.indexOf('\n') < 0 ? " " : "\n") + example;
  }

  /** The fields of the mapping under a key. */
  Optional<Fields> section(String key, String example) {
    return entry(key)
        .flatMap(
            e -> of(e.value(), e.key().place(), "\"" + key + "\"", example, environment, problems));
  }

  /** The fields of one entry of this mapping. */
  Optional<Fields> of(YamlNode.Entry entry, String title, String example) {
    return of(entry.value(), entry.key().place(), title, example, environment, problems);
  }

  boolean isComplete() {
    return mapping.complete();
  }

  Collection<YamlNode.Entry> entries() {
    return mapping.entries().values();
  }

  Optional<YamlNode.Entry> entry(String key) {
    return mapping.find(key);
  }

  void allowOnly(List<String> known) {
    allowOnly(known, List.of());
  }

  /**
   * @param reported those of which something else is said
   */
  void allowOnly(List<String> known, List<String> reported) {
    for (YamlNode.Entry entry : entries()) {
      if (!known.contains(entry.name()) && !reported.contains(entry.name())) {
        problems.add(
            Code.UNKNOWN_KEY,
            entry.key().place(),
            "unknown key \"" + entry.name() + "\" in " + what,
            "Known keys are "
                + String.join(", ", known)
                + "."
                + Suggestion.didYouMean(entry.name(), known));
      }
    }
  }

  /** Reports a key that must be there and is not. */
  void require(String key, Place owner, String hint) {
    if (mapping.complete() && mapping.find(key).isEmpty()) {
      problems.add(Code.MISSING_KEY, owner, what + " has no \"" + key + "\"", hint);
    }
  }

  /** The text of a key as it is written, if it is there and has any. */
  Optional<Placed<String>> text(String key) {
    return entry(key).flatMap(entry -> text(entry, false));
  }

  /** The text of a key, with references to the environment replaced. */
  Optional<Placed<String>> value(String key) {
    return text(key).flatMap(environment::expand);
  }

  /** The same of an entry; {@code ""} is a value if {@code mayBeEmpty}, nothing at all never is. */
  Optional<Placed<String>> value(YamlNode.Entry entry, boolean mayBeEmpty) {
    return text(entry, mayBeEmpty).flatMap(environment::expand);
  }

  private Optional<Placed<String>> text(YamlNode.Entry entry, boolean mayBeEmpty) {
    if (entry.value() instanceof YamlNode.Unread) {
      return Optional.empty();
    }
    if (!(entry.value() instanceof YamlNode.Scalar scalar)) {
      problems.add(
          Code.WRONG_KIND,
          entry.value().place(),
          quoted(entry.name()) + " must be text or a number, not " + entry.value().kind(),
          "Write one value behind " + entry.name() + ":.");
      return Optional.empty();
    }
    if (scalar.isNull() || (scalar.text().isBlank() && !mayBeEmpty)) {
      problems.add(
          Code.MISSING_VALUE,
          entry.key().place(),
          quoted(entry.name()) + " has no value",
          "Write a value behind it; what is not needed can be left out, key and all.");
      return Optional.empty();
    }
    return Optional.of(new Placed<>(scalar.text(), scalar.place()));
  }

  /** The name of a database, role or schema. */
  Optional<Placed<Identifier>> identifier(String key) {
    return value(key).flatMap(text -> identifier(quoted(key), text));
  }

  /** The name of a database that tenants may use. */
  Optional<Placed<Identifier>> database(String key) {
    return identifier(key).flatMap(this::database);
  }

  Optional<Placed<Identifier>> database(Placed<Identifier> name) {
    if (!ReservedNames.isDatabase(name.value().value())) {
      return Optional.of(name);
    }
    problems.add(
        Code.NAME_RESERVED,
        name.place(),
        "database \"" + name.value() + "\" is PostgreSQL's own",
        "Choose another name; ppp creates the database where it is missing.");
    return Optional.empty();
  }

  private Optional<Placed<Identifier>> identifier(String title, Placed<String> text) {
    if (text.value().codePoints().anyMatch(Character::isISOControl)) {
      problems.add(
          Code.NAME_INVALID,
          text.place(),
          title + " holds a control character",
          "Use printable characters only.");
      return Optional.empty();
    }
    if (!Identifier.isValid(text.value())) {
      problems.add(
          Code.NAME_TOO_LONG,
          text.place(),
          title + " is " + Identifier.byteLength(text.value()) + " bytes long",
          "PostgreSQL would cut it at " + Identifier.MAX_BYTES + " bytes; use a shorter name.");
      return Optional.empty();
    }
    return Optional.of(text.map(Identifier::of));
  }

  /**
   * The texts of a list that has some.
   *
   * @param hint how it is written
   */
  List<Placed<String>> names(String key, String hint) {
    Optional<YamlNode> value = entry(key).map(YamlNode.Entry::value);
    if (value.isEmpty() || value.get() instanceof YamlNode.Unread) {
      return List.of();
    }
    List<YamlNode> items = value.get() instanceof YamlNode.Sequence list ? list.items() : List.of();
    if (items.isEmpty()) {
      refuse(key, value.get().place(), hint);
    }
    List<Placed<String>> names = new ArrayList<>();
    for (YamlNode item : items) {
      if (item instanceof YamlNode.Scalar scalar && !scalar.isNull()) {
        names.add(new Placed<>(scalar.text(), scalar.place()));
      } else if (!(item instanceof YamlNode.Unread)) {
        refuse(key, item.place(), hint);
      }
    }
    return names;
  }

  private void refuse(String key, Place place, String hint) {
    problems.add(Code.VALUE_INVALID, place, quoted(key) + " cannot have this value", hint);
  }

  /** One of an enum's words, in lower case as {@code toString()} has them. */
  <E extends Enum<E>> Optional<Placed<E>> choice(Placed<String> text, String key, E[] choices) {
    for (E choice : choices) {
      if (choice.toString().equals(text.value())) {
        return Optional.of(text.map(ignored -> choice));
      }
    }
    List<String> words = java.util.Arrays.stream(choices).map(E::toString).toList();
    problems.add(
        Code.VALUE_INVALID,
        text.place(),
        quoted(key) + " is none of its values",
        "Possible are "
            + String.join(", ", words)
            + "."
            + Suggestion.didYouMean(text.value().toLowerCase(Locale.ROOT), words));
    return Optional.empty();
  }

  static String quoted(String name) {
    return '"' + name + '"';
  }

  /** Reports a key that does not belong here, where it is written. */
  void refuseKey(String key, String hint) {
    entry(key)
        .ifPresent(
            entry ->
                problems.add(
                    Code.KEY_OUT_OF_PLACE,
                    entry.key().place(),
                    quoted(key) + " does not belong here",
                    hint));
  }
}
