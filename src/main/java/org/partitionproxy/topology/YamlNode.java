package org.partitionproxy.topology;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A part of a YAML document, with its place. Scalars are text: YAML's types are not looked at. */
sealed interface YamlNode {

  Place place();

  /** What this is, in a message: {@code a list}. */
  String kind();

  /**
   * @param quoted in any of YAML's styles but the plain one
   */
  record Scalar(Place place, String text, boolean quoted) implements YamlNode {

    /** Nothing, {@code ~} or {@code null}, as YAML 1.2's core schema has it. */
    boolean isNull() {
      return !quoted
          && switch (text) {
            case "", "~", "null", "Null", "NULL" -> true;
            default -> false;
          };
    }

    @Override
    public String kind() {
      return "text";
    }
  }

  record Sequence(Place place, List<YamlNode> items) implements YamlNode {
    @Override
    public String kind() {
      return "a list";
    }
  }

  /**
   * @param entries in the file's order
   * @param complete whether its end was read; if not, nothing can be said about what it lacks
   */
  record Mapping(Place place, Map<String, Entry> entries, boolean complete) implements YamlNode {

    Optional<Entry> find(String key) {
      return Optional.ofNullable(entries.get(key));
    }

    @Override
    public String kind() {
      return "a map";
    }
  }

  /** What could not be read; the reason was reported. */
  record Unread(Place place) implements YamlNode {
    @Override
    public String kind() {
      return "nothing";
    }
  }

  /** One key of a mapping with its value. */
  record Entry(Scalar key, YamlNode value) {

    String name() {
      return key.text();
    }
  }
}
