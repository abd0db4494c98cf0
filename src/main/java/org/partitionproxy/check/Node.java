package org.partitionproxy.check;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A node of a parse tree as PostgreSQL writes it: {@code {VAR :varno 1 :varattno -2}}. The form is
 * the same in all versions; fields come and go.
 *
 * @param type {@code VAR}, {@code QUERY}; empty for a list
 * @param fields each value is a {@link Node}, or a {@link String} of all its tokens
 * @param items of a list: nodes and strings
 */
public record Node(String type, Map<String, Object> fields, List<Object> items) {

  /** All trees of a text, one after the other. */
  public static List<Node> parse(String text) {
    return new Reader(text).all();
  }

  /** The value of a field that is a number, such as {@code :strength 4}; empty for any other. */
  public Optional<Long> number(String field) {
    try {
      return fields.get(field) instanceof String text
          ? Optional.of(Long.parseLong(text))
          : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  public long requireNumber(String field) {
    return number(field).orElse(0L);
  }

  public String text(String field) {
    return fields.get(field) instanceof String text ? text : "";
  }

  /** The nodes of a field that is a list; none for any other. */
  public List<Node> list(String field) {
    return fields.get(field) instanceof Node node && node.type.isEmpty()
        ? node.children()
        : List.of();
  }

  public Optional<Node> node(String field) {
    return fields.get(field) instanceof Node node ? Optional.of(node) : Optional.empty();
  }

  public List<Node> children() {
    List<Node> children = new ArrayList<>();
    Consumer<Object> add =
        value -> {
          if (value instanceof Node node) {
            children.add(node);
          }
        };
    fields.values().forEach(add);
    items.forEach(add);
    return children;
  }

  /**
   * Reads tokens as {@code pg_strtok} does.
   *
   * @see <a
   *     href="https://www.postgresql.org/docs/18/runtime-config-logging.html#GUC-DEBUG-PRINT-PARSE">PostgreSQL,
   *     19.8.3 What to Log</a>
   */
  private static final class Reader {
    private final String text;
    private int at;

    Reader(String text) {
      this.text = text;
    }

    List<Node> all() {
      List<Node> nodes = new ArrayList<>();
      for (String token = next(); !token.isEmpty(); token = next()) {
        if (value(token) instanceof Node node) {
          nodes.add(node);
        }
      }
      return nodes;
    }

    private Object value(String token) {
      return switch (token) {
        case "{" -> node();
        case "(" -> list();
        default -> token;
      };
    }

    private Node node() {
      String type = next();
      Map<String, Object> fields = new LinkedHashMap<>();
      String field = "";
      for (String token = next(); !token.isEmpty() && !token.equals("}"); token = next()) {
        if (token.startsWith(":") && token.length() > 1) {
          field = token.substring(1);
        } else {
          Object value = value(token);
          fields.merge(field, value, (first, more) -> first + " " + more);
        }
      }
      return new Node(type, fields, List.of());
    }

    private Node list() {
      List<Object> items = new ArrayList<>();
      for (String token = next(); !token.isEmpty() && !token.equals(")"); token = next()) {
        items.add(value(token));
      }
      return new Node("", Map.of(), items);
    }

    /** Empty at the end. */
    private String next() {
      while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
        at++;
      }
      int start = at;
      while (at < text.length()) {
        char c = text.charAt(at);
        boolean ends = Character.isWhitespace(c) || "(){}".indexOf(c) >= 0;
        if (ends) {
          at += at == start ? 1 : 0;
          break;
        }
        at += c == '\\' ? 2 : 1;
      }
      at = Math.min(at, text.length());
      return text.substring(start, at);
    }
  }
}
