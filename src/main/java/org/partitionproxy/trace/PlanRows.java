package org.partitionproxy.trace;

import java.util.OptionalLong;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * How many rows a plan of auto_explain gave, or changed: what its top node says, or of a change
 * without RETURNING the node that feeds it.
 */
final class PlanRows {

  private static final JsonFactory JSON = new JsonFactory();
  private static final Set<String> CHANGES =
      Set.of("ModifyTable", "Foreign Update", "Foreign Delete");

  private PlanRows() {}

  /** Empty for what is no plan, or one without figures. */
  static OptionalLong of(String plan) {
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), plan)) {
      while (parser.nextToken() != null) {
        if (parser.currentToken() == JsonToken.PROPERTY_NAME
            && parser.currentName().equals("Plan")) {
          parser.nextToken();
          return node(parser);
        }
      }
    } catch (JacksonException e) {
      return OptionalLong.empty();
    }
    return OptionalLong.empty();
  }

  /** From the start of a node to its end. */
  private static OptionalLong node(JsonParser parser) {
    String type = "";
    double rows = -1;
    double loops = 1;
    OptionalLong fed = OptionalLong.empty();
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      switch (name) {
        case "Node Type" -> type = parser.getString();
        case "Actual Rows" -> rows = parser.getDoubleValue();
        case "Actual Loops" -> loops = parser.getDoubleValue();
        case "Plans" -> {
          while (parser.nextToken() == JsonToken.START_OBJECT) {
            OptionalLong child = node(parser);
            fed = fed.isPresent() ? fed : child;
          }
        }
        default -> parser.skipChildren();
      }
    }
    if (rows < 0) {
      return OptionalLong.empty();
    }
    long own = Math.round(rows * loops);
    return CHANGES.contains(type) && own == 0 && fed.isPresent() ? fed : OptionalLong.of(own);
  }
}
