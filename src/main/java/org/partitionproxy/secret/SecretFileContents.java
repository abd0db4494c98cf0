package org.partitionproxy.secret;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The whole of one {@code secrets.yaml}: immutable, sorted by name. */
record SecretFileContents(String topology, SortedMap<SecretName, StoredSecret> secrets) {

  SecretFileContents {
    secrets = Collections.unmodifiableSortedMap(new TreeMap<>(secrets));
  }

  static SecretFileContents empty(String topology) {
    return new SecretFileContents(topology, Collections.emptySortedMap());
  }

  /** This with some entries added or replaced. */
  SecretFileContents with(Map<SecretName, StoredSecret> changed) {
    SortedMap<SecretName, StoredSecret> all = new TreeMap<>(secrets);
    all.putAll(changed);
    return new SecretFileContents(topology, all);
  }

  /** The file's text. Everything that a person could have written is quoted. */
  String toYaml() {
    StringBuilder text =
        new StringBuilder(
            """
            # The passwords of this topology's roles, made by ppp: for you alone, not for version control.
            # Keep this file: ppp cannot read passwords back from the servers. `ppp secrets` lists it.
            """);
    text.append("topology: ").append(quoted(topology)).append('\n');
    text.append(secrets.isEmpty() ? "secrets: {}\n" : "secrets:\n");
    secrets.forEach(
        (name, secret) -> {
          text.append("  ").append(quoted(name.value())).append(":\n");
          text.append("    password: ").append(quoted(secret.password().reveal())).append('\n');
          secret.created().ifPresent(at -> text.append("    created: ").append(at).append('\n'));
          secret
              .next()
              .ifPresent(
                  next -> text.append("    next: ").append(quoted(next.reveal())).append('\n'));
        });
    return text.toString();
  }

  /**
   * A double-quoted scalar; what is no letter, digit or ASCII sign is escaped.
   *
   * @see <a href="https://yaml.org/spec/1.2.2/#57-escaped-characters">YAML 1.2.2, 5.7 Escaped
   *     Characters</a>
   */
  private static String quoted(String value) {
    StringBuilder text = new StringBuilder("\"");
    value
        .codePoints()
        .forEach(
            c -> {
              if (c == '"' || c == '\\') {
                text.append('\\').append((char) c);
              } else if ((c >= ' ' && c <= '~') || Character.isLetterOrDigit(c)) {
                text.appendCodePoint(c);
              } else {
                text.append(String.format("\\U%08X", c));
              }
            });
    return text.append('"').toString();
  }
}
