package org.partitionproxy.topology;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.diagnostic.Code;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLParser;

/**
 * Reads a text into {@link YamlNode}s from Jackson's tokens, which have positions. What YAML allows
 * and shards.yaml does not (aliases, tags, a second document, repeated keys) is reported. A syntax
 * error ends the reading; the tree then holds all that came before it.
 */
final class YamlReader {

  /** A key whose value a message must not show; misspelled ones too. */
  private static final Pattern SECRET_KEY = Pattern.compile("(?i)pas+w|pass|pwd|secret");

  /** Sections whose keys are names. */
  private static final List<String> NAMED = List.of("shards", "tenants");

  private final SourceText source;
  private final Problems problems;
  private final YAMLParser parser;
  private boolean failed;
  private @Nullable Place failurePlace;
  private YamlNode.@Nullable Scalar lastScalar;
  private int lastScalarEnd;
  private int hideRestFrom = -1;

  private YamlReader(SourceText source, Problems problems) {
    this.source = source;
    this.problems = problems;
    this.parser = parserOf(source.text());
  }

  static YamlNode read(SourceText source, Problems problems) {
    YamlReader reader = new YamlReader(source, problems);
    try (reader.parser) {
      return reader.document();
    }
  }

  private static YAMLParser parserOf(String text) {
    LoadSettings settings =
        LoadSettings.builder()
            // 3 MB by default: too little for tens of thousands of tenants.
            .setCodePointLimit(Integer.MAX_VALUE)
            // Repeated keys are reported here, all of them and with both places.
            .setAllowDuplicateKeys(true)
            // All at once: a surrogate pair across two buffers ends in an exception.
            .setBufferSize(text.length() + 1)
            .build();
    return (YAMLParser)
        YAMLFactory.builder()
            .loadSettings(settings)
            .build()
            .createParser(ObjectReadContext.empty(), new RoomyReader(text));
  }

  /**
   * Behind a full buffer the parser reads the other half of a character of two; this leaves room
   * for it.
   */
  private static final class RoomyReader extends StringReader {

    RoomyReader(String text) {
      super(text);
    }

    @Override
    public int read(char[] buffer) throws IOException {
      return read(buffer, 0, Math.max(1, buffer.length - 1));
    }
  }

  private YamlNode document() {
    SyntaxProblem.ofCut(source).ifPresent(p -> p.addTo(problems));
    JsonToken token = next();
    if (token == null) {
      if (!failed && source.cut().isEmpty()) {
        problems.add(
            Code.MISSING_VALUE,
            Place.START,
            "the file is empty",
            "Declare a name, a veneer, shards and tenants.");
      }
      return new YamlNode.Unread(Place.START);
    }
    YamlNode root = node(token, false, false);
    if (!failed && next() != null) {
      problems.add(
          Code.SECOND_DOCUMENT,
          place(),
          "a second document begins here",
          "Keep one topology in one file, without a line of three dashes after its first key.");
    }
    return root;
  }

  /** The next token; null at the end of the text, or of what could be read of it. */
  private @Nullable JsonToken next() {
    if (failed) {
      return null;
    }
    try {
      return parser.nextToken();
    } catch (JacksonException e) {
      failed = true;
      SyntaxProblem problem = SyntaxProblem.of(e, source);
      failurePlace = problem.place();
      if (source.cut().isEmpty()) {
        problem.addTo(problems);
      }
      hideSecretsAround(problem.place());
      return null;
    }
  }

  /** Behind a syntax error nothing is known of the text, so what may be a password is hidden. */
  private void hideSecretsAround(Place place) {
    if (hideRestFrom >= 0) {
      source.hide(hideRestFrom, source.text().length());
    }
    var key = SECRET_KEY.matcher(source.line(place.line()));
    if (key.find()) {
      int start = source.index(place.line(), 1);
      int colon = source.text().indexOf(':', start + key.end());
      int end = start + source.line(place.line()).length();
      if (colon >= 0 && colon < end && source.index(place.line(), place.column()) > colon) {
        source.hide(colon + 1, end);
      }
    }
  }

  /**
   * @param secret whether messages must not show it
   * @param named whether its keys are names that somebody chose, and tell nothing of the values
   */
  private YamlNode node(JsonToken token, boolean secret, boolean named) {
    if (parser.isCurrentAlias()) {
      return alias();
    }
    Place place = place();
    if (parser.getObjectId() != null || parser.getTypeId() != null) {
      problems.add(
          Code.YAML_FEATURE_REFUSED,
          place,
          parser.getObjectId() != null
              ? "anchors are not used in shards.yaml"
              : "tags are not used in shards.yaml",
          "Remove it; every value is text and is written where it belongs.");
    }
    return switch (token) {
      case START_OBJECT -> mapping(place, secret, named);
      case START_ARRAY -> sequence(place, secret);
      default -> scalar(place, secret);
    };
  }

  private YamlNode alias() {
    Place place = place();
    problems.add(
        Code.YAML_FEATURE_REFUSED,
        place,
        "aliases are not used in shards.yaml",
        "Write the value out, so that whoever reads this line sees what it says.");
    return new YamlNode.Unread(place);
  }

  private YamlNode scalar(Place place, boolean secret) {
    TokenStreamLocation start = parser.currentTokenLocation();
    int from = source.index(start.getLineNr(), start.getColumnNr());
    TokenStreamLocation end = parser.currentLocation();
    int to = source.index(end.getLineNr(), end.getColumnNr());
    String text = parser.currentToken() == JsonToken.VALUE_NULL ? "" : parser.getString();
    if (secret && !Environment.isReference(text)) {
      source.hide(from, to);
    }
    hideRestFrom = -1;
    boolean quoted = from < to && "\"'|>".indexOf(source.text().charAt(from)) >= 0;
    YamlNode.Scalar scalar = new YamlNode.Scalar(place, text, quoted);
    lastScalar = scalar;
    lastScalarEnd = to;
    return to == source.text().length() && source.cut().isPresent()
        ? new YamlNode.Unread(place)
        : scalar;
  }

  private YamlNode sequence(Place place, boolean secret) {
    List<YamlNode> items = new ArrayList<>();
    JsonToken token;
    while ((token = next()) != null && token != JsonToken.END_ARRAY) {
      items.add(node(token, secret, false));
    }
    return new YamlNode.Sequence(place, items);
  }

  private YamlNode mapping(Place place, boolean secret, boolean named) {
    Map<String, YamlNode.Entry> entries = new LinkedHashMap<>();
    JsonToken token;
    while ((token = next()) != null && token != JsonToken.END_OBJECT) {
      YamlNode.Scalar key = key();
      // A tenant may be called secret-santa.
      boolean secretValue = secret || (!named && SECRET_KEY.matcher(key.text()).find());
      hideRestFrom = secretValue ? valueIndex(key) : -1;
      JsonToken value = next();
      YamlNode node =
          value == null
              ? new YamlNode.Unread(key.place())
              : node(value, secretValue, NAMED.contains(key.text()));
      keep(entries, new YamlNode.Entry(key, node));
    }
    dropSpoiledScalar(entries);
    boolean cutHere = source.cut().isPresent() && placeIndex() >= source.text().length();
    return new YamlNode.Mapping(place, entries, token != null && !cutHere);
  }

  /** Where the value of the current key may begin: behind the colon. */
  private int valueIndex(YamlNode.Scalar key) {
    int end = source.index(line(), column() + key.place().length());
    int colon = source.text().indexOf(':', end);
    return colon < 0 ? end : colon + 1;
  }

  private YamlNode.Scalar key() {
    Place place = place();
    char first = source.text().charAt(Math.min(placeIndex(), source.text().length() - 1));
    if (first == '&' || first == '!') {
      problems.add(
          Code.YAML_FEATURE_REFUSED,
          place,
          (first == '&' ? "anchors" : "tags") + " are not used in shards.yaml",
          "Write the key alone; put it in quotes if it begins with " + first + ".");
    }
    return new YamlNode.Scalar(place, parser.getString(), true);
  }

  /** Keeps the first of repeated keys, with all that its repetitions add to it. */
  private void keep(Map<String, YamlNode.Entry> entries, YamlNode.Entry entry) {
    YamlNode.Entry first = entries.putIfAbsent(entry.name(), entry);
    if (first == null) {
      return;
    }
    problems.add(
        Code.REPEATED_KEY,
        entry.key().place(),
        "key \"" + entry.name() + "\" is repeated",
        "It is already in line " + first.key().place().line() + "; join the two, or remove one.");
    if (first.value() instanceof YamlNode.Mapping into
        && entry.value() instanceof YamlNode.Mapping from) {
      from.entries().forEach(into.entries()::putIfAbsent);
    }
  }

  /** A plain scalar at whose end the syntax error is has swallowed what follows it. */
  private void dropSpoiledScalar(Map<String, YamlNode.Entry> entries) {
    if (failurePlace == null
        || source.index(failurePlace.line(), failurePlace.column()) > lastScalarEnd) {
      return;
    }
    entries.replaceAll(
        (name, entry) ->
            entry.value() == lastScalar
                ? new YamlNode.Entry(entry.key(), new YamlNode.Unread(entry.value().place()))
                : entry);
  }

  private int line() {
    return parser.currentTokenLocation().getLineNr();
  }

  private int column() {
    return parser.currentTokenLocation().getColumnNr();
  }

  private int placeIndex() {
    return source.index(line(), column());
  }

  /** The current token's place, as far as it stands on its first line. */
  private Place place() {
    TokenStreamLocation start = parser.currentTokenLocation();
    TokenStreamLocation end = parser.currentLocation();
    int length =
        end.getLineNr() == start.getLineNr()
            ? end.getColumnNr() - start.getColumnNr()
            : Integer.MAX_VALUE;
    boolean scalar =
        parser.currentToken() != JsonToken.START_OBJECT
            && parser.currentToken() != JsonToken.START_ARRAY;
    return new Place(start.getLineNr(), start.getColumnNr(), scalar ? Math.max(1, length) : 1);
  }
}
