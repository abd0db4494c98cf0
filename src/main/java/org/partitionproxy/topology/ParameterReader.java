package org.partitionproxy.topology;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.partitionproxy.diagnostic.Code;

/** Reads {@code settings} and {@code options}: names and values for PostgreSQL, as text. */
final class ParameterReader {

  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_$.]*");

  /** Server parameters by which ppp finds its servers, their files and their logs. */
  static final List<String> RULED_SETTINGS =
      List.of(
          "config_file",
          "data_directory",
          "hba_file",
          "ident_file",
          "listen_addresses",
          "log_destination",
          "log_directory",
          "log_filename",
          "logging_collector",
          "port",
          "unix_socket_directories");

  /**
   * Options that follow from the server's own keys or are ppp's, and those that postgres_fdw
   * refuses.
   *
   * @see <a href="https://www.postgresql.org/docs/18/postgres-fdw.html">PostgreSQL, F.38.1.1
   *     Connection Options</a>
   */
  static final List<String> RULED_OPTIONS =
      List.of(
          "application_name",
          "client_encoding",
          "dbname",
          "fallback_application_name",
          "host",
          "hostaddr",
          "passfile",
          "password",
          "port",
          "service",
          "sslmode",
          "sslpassword",
          "sslrootcert",
          "user");

  private final Problems problems;

  ParameterReader(Problems problems) {
    this.problems = problems;
  }

  SortedMap<String, String> settings(Fields server) {
    return read(
        server,
        "settings",
        "settings: { work_mem: 16MB }",
        RULED_SETTINGS,
        "ppp sets it itself, from the server's own keys; remove it here.");
  }

  SortedMap<String, String> options(Fields server) {
    return read(
        server,
        "options",
        "options: { fetch_size: 5000 }",
        RULED_OPTIONS,
        "It follows from the keys host, port, address, database, user, password, sslmode and"
            + " sslrootcert, or is ppp's own; remove it here.");
  }

  private SortedMap<String, String> read(
      Fields server, String key, String example, List<String> ruled, String ruledHint) {
    SortedMap<String, String> parameters = new TreeMap<>();
    Set<String> seen = new HashSet<>();
    server
        .section(key, example)
        .ifPresent(
            fields -> {
              for (YamlNode.Entry entry : fields.entries()) {
                if (isAllowed(entry, key, ruled, ruledHint) && isNew(entry, seen)) {
                  fields
                      .value(entry, true)
                      .filter(text -> isOneLine(entry, text))
                      .ifPresent(text -> parameters.put(entry.name(), text.value()));
                }
              }
            });
    return parameters;
  }

  private boolean isAllowed(
      YamlNode.Entry entry, String key, List<String> ruled, String ruledHint) {
    if (!NAME.matcher(entry.name()).matches()) {
      problems.add(
          Code.NAME_INVALID,
          entry.key().place(),
          "\"" + entry.name() + "\" cannot be one of the " + key,
          "Use letters, digits and underscores, as PostgreSQL's documentation does.");
      return false;
    }
    if (ruled.contains(lower(entry))) {
      problems.add(
          Code.RULED_BY_PPP,
          entry.key().place(),
          "\"" + entry.name() + "\" is not for " + key,
          ruledHint);
      return false;
    }
    return true;
  }

  /** PostgreSQL does not tell {@code Work_Mem} from {@code work_mem}. */
  private boolean isNew(YamlNode.Entry entry, Set<String> seen) {
    if (seen.add(lower(entry))) {
      return true;
    }
    problems.add(
        Code.REPEATED_KEY,
        entry.key().place(),
        "key \"" + entry.name() + "\" is repeated in other letters",
        "Keep one of them.");
    return false;
  }

  private boolean isOneLine(YamlNode.Entry entry, Placed<String> text) {
    if (text.value().codePoints().noneMatch(Character::isISOControl)) {
      return true;
    }
    problems.add(
        Code.VALUE_INVALID,
        text.place(),
        "\"" + entry.name() + "\" has a line break or a control character in its value",
        "Write it in one line.");
    return false;
  }

  private static String lower(YamlNode.Entry entry) {
    return entry.name().toLowerCase(Locale.ROOT);
  }
}
