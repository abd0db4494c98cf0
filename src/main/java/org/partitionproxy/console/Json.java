package org.partitionproxy.console;

import java.io.StringWriter;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.Temporal;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.core.util.MinimalPrettyPrinter;
import tools.jackson.core.util.Separators;

/**
 * Records, maps, collections and simple values as JSON, the same text each time.
 *
 * <ul>
 *   <li>A record is an object with its components in their order, in {@code snake_case}; a record
 *       of a single {@code value} (a name) is that value.
 *   <li>An empty optional is {@code null}: objects of one kind always have the same keys.
 *   <li>Times are ISO 8601, durations are seconds, enums are their {@code toString}.
 *   <li>Maps and sets without an order of their own are sorted.
 *   <li>Anything else, and so every secret, is refused.
 * </ul>
 */
public final class Json {

  private static final Separators SEPARATORS =
      Separators.createDefaultInstance()
          .withObjectNameValueSpacing(Separators.Spacing.AFTER)
          .withObjectEmptySeparator("")
          .withArrayEmptySeparator("");

  private final JsonGenerator generator;

  private Json(JsonGenerator generator) {
    this.generator = generator;
  }

  /**
   * Indented, with a line break at its end.
   *
   * @throws IllegalArgumentException if there is anything in it that has no form in JSON
   */
  public static String pretty(@Nullable Object value) {
    DefaultPrettyPrinter printer = new DefaultPrettyPrinter(SEPARATORS);
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    printer.indentObjectsWith(indenter);
    printer.indentArraysWith(indenter);
    return write(value, printer);
  }

  /** On a single line, ended: for what goes on, an object a line. */
  public static String line(@Nullable Object value) {
    return write(value, new MinimalPrettyPrinter());
  }

  private static String write(@Nullable Object value, PrettyPrinter printer) {
    StringWriter text = new StringWriter();
    ObjectWriteContext context =
        new ObjectWriteContext.Base() {
          @Override
          public PrettyPrinter getPrettyPrinter() {
            return printer;
          }

          @Override
          public boolean hasPrettyPrinter() {
            return true;
          }
        };
    try (JsonGenerator generator = new JsonFactory().createGenerator(context, text)) {
      new Json(generator).value(value);
    }
    return text.append('\n').toString();
  }

  private void value(@Nullable Object value) {
    if (value == null) {
      generator.writeNull();
    } else if (value instanceof Optional<?> optional) {
      value(optional.orElse(null));
    } else if (value instanceof Map<?, ?> map) {
      object(map);
    } else if (value instanceof Collection<?> collection) {
      array(collection);
    } else if (value instanceof Record fields) {
      fields(fields);
    } else {
      scalar(value);
    }
  }

  private void scalar(Object value) {
    if (value instanceof Boolean bool) {
      generator.writeBoolean(bool);
    } else if (value instanceof Integer || value instanceof Long) {
      generator.writeNumber(((Number) value).longValue());
    } else if (value instanceof Double number) {
      generator.writeNumber(number);
    } else if (value instanceof BigDecimal number) {
      generator.writeNumber(number);
    } else if (value instanceof Duration duration) {
      generator.writeNumber(
          BigDecimal.valueOf(duration.toMillis(), 3).stripTrailingZeros().toPlainString());
    } else if (isText(value)) {
      generator.writeString(value.toString());
    } else {
      throw new IllegalArgumentException("no form in JSON: " + value.getClass().getName());
    }
  }

  private static boolean isText(Object value) {
    return value instanceof CharSequence
        || value instanceof Enum<?>
        || value instanceof Temporal
        || value instanceof Path;
  }

  private void array(Collection<?> collection) {
    boolean unordered =
        collection instanceof Set
            && !(collection instanceof SortedSet)
            && !(collection instanceof java.util.LinkedHashSet);
    generator.writeStartArray();
    (unordered ? new TreeSet<>(collection) : collection).forEach(this::value);
    generator.writeEndArray();
  }

  private void object(Map<?, ?> map) {
    boolean ordered = map instanceof SortedMap || map instanceof LinkedHashMap;
    generator.writeStartObject();
    (ordered ? map : new TreeMap<>(map))
        .forEach(
            (key, entry) -> {
              generator.writeName(key.toString());
              value(entry);
            });
    generator.writeEndObject();
  }

  private void fields(Record fields) {
    RecordComponent[] components = fields.getClass().getRecordComponents();
    if (components.length == 1 && components[0].getName().equals("value")) {
      value(read(fields, components[0]));
      return;
    }
    generator.writeStartObject();
    for (RecordComponent component : components) {
      generator.writeName(snakeCase(component.getName()));
      value(read(fields, component));
    }
    generator.writeEndObject();
  }

  private static @Nullable Object read(Record fields, RecordComponent component) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(fields);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot read " + component, e);
    }
  }

  /** {@code lagBytes} is {@code lag_bytes}. */
  private static String snakeCase(String name) {
    return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }
}
