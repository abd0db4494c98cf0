package org.partitionproxy.secret;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.diagnostic.SourcePosition;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLParser;

/**
 * Reads the text of {@code secrets.yaml}. Its diagnostics tell the place and never what is there,
 * and have no cause: the parser's messages quote the text.
 */
final class SecretFileReader {

  /** Room for any number of roles (the library stops at 3 MB); repeated keys are refused here. */
  private static final LoadSettings SETTINGS =
      LoadSettings.builder().setCodePointLimit(100_000_000).setAllowDuplicateKeys(true).build();

  private final String file;
  private final YAMLParser parser;

  private SecretFileReader(String file, YAMLParser parser) {
    this.file = file;
    this.parser = parser;
  }

  /**
   * @param file as messages name it
   * @throws PppException if it is not what {@link SecretFileContents#toYaml()} writes
   */
  static SecretFileContents read(String file, String text) {
    YAMLFactory factory = YAMLFactory.builder().loadSettings(SETTINGS).build();
    try (YAMLParser parser = (YAMLParser) factory.createParser(ObjectReadContext.empty(), text)) {
      return new SecretFileReader(file, parser).document();
    } catch (JacksonException e) {
      throw syntaxError(file, e);
    }
  }

  private SecretFileContents document() {
    if (parser.nextToken() == null) {
      throw broken("is empty");
    }
    String topology = null;
    SortedMap<SecretName, StoredSecret> secrets = new TreeMap<>();
    Set<String> keys = new HashSet<>();
    expect(JsonToken.START_OBJECT, "does not begin with \"topology:\"");
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      switch (key(keys)) {
        case "topology" -> topology = scalar();
        case "secrets" -> secrets = secrets();
        default -> throw broken("has a key other than \"topology\" and \"secrets\"");
      }
    }
    if (parser.nextToken() != null) {
      throw broken("has a second document");
    }
    if (topology == null) {
      throw broken("does not say whose it is: \"topology:\" is missing");
    }
    return new SecretFileContents(topology, secrets);
  }

  private SortedMap<SecretName, StoredSecret> secrets() {
    parser.nextToken();
    expect(JsonToken.START_OBJECT, "has no map of names under \"secrets:\"");
    SortedMap<SecretName, StoredSecret> secrets = new TreeMap<>();
    Set<String> names = new HashSet<>();
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      secrets.put(new SecretName(key(names)), entry());
    }
    return secrets;
  }

  private StoredSecret entry() {
    parser.nextToken();
    expect(JsonToken.START_OBJECT, "has a name without \"password:\"");
    Secret password = null;
    Optional<Instant> created = Optional.empty();
    Optional<Secret> next = Optional.empty();
    Set<String> keys = new HashSet<>();
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      switch (key(keys)) {
        case "password" -> password = password();
        case "created" -> created = Optional.of(instant());
        case "next" -> next = Optional.of(password());
        default -> throw broken("has a key other than \"password\", \"created\" and \"next\"");
      }
    }
    if (password == null) {
      throw broken("has a name without \"password:\"");
    }
    return new StoredSecret(password, created, next);
  }

  private String key(Set<String> before) {
    String key = parser.currentName();
    if (!before.add(key)) {
      throw broken("has the same key twice");
    }
    return key;
  }

  private Secret password() {
    String text = scalar();
    try {
      return Secret.of(text);
    } catch (IllegalArgumentException e) {
      throw broken("has a password that is empty, or holds a line break");
    }
  }

  private Instant instant() {
    try {
      return Instant.parse(scalar());
    } catch (DateTimeParseException e) {
      throw broken("has a time that is not like 2026-01-31T12:00:00Z");
    }
  }

  /** The text of the next value, whatever type YAML sees in it. */
  private String scalar() {
    JsonToken token = parser.nextToken();
    if (token == null || !token.isScalarValue() || token == JsonToken.VALUE_NULL) {
      throw broken("has a key without a value");
    }
    if (parser.isCurrentAlias()) {
      throw broken("has an alias, which is not allowed here");
    }
    return parser.getString();
  }

  private void expect(JsonToken token, String otherwise) {
    if (parser.currentToken() != token) {
      throw broken(otherwise);
    }
  }

  private PppException broken(String what) {
    TokenStreamLocation at = parser.currentTokenLocation();
    return broken(file, what, at.getLineNr(), at.getColumnNr());
  }

  /** The true place is in the YAML library's own exception; Jackson's is the last good token. */
  private static PppException syntaxError(String file, JacksonException e) {
    String what = "is not valid YAML";
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof MarkedYamlEngineException marked && marked.getProblemMark().isPresent()) {
        Mark mark = marked.getProblemMark().get();
        return broken(file, what, mark.getLine() + 1, mark.getColumn() + 1);
      }
    }
    @Nullable TokenStreamLocation at = e.getLocation();
    return at == null
        ? broken(file, what, 1, 1)
        : broken(file, what, at.getLineNr(), at.getColumnNr());
  }

  private static PppException broken(String file, String what, int line, int column) {
    // The line itself stays out: it may hold a password.
    SourcePosition place = new SourcePosition(file, Math.max(1, line), Math.max(1, column), 1, "");
    return new PppException(
        Diagnostic.error(
            Code.SECRETS_FILE_INVALID,
            place,
            "the file of passwords " + what,
            "Mend it at that place, or restore it from a backup. Without it ppp can no longer log in"
                + " to the servers; nothing was changed."));
  }
}
