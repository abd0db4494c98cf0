package org.partitionproxy.server;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.topology.InspectionLevel;
import org.partitionproxy.topology.ServerDefinition;

/**
 * The server parameters of an embedded server, as a file that postgresql.conf includes. A file, and
 * not the command line: {@code ALTER SYSTEM} wins over a file and loses against the command line.
 *
 * @see <a href="https://www.postgresql.org/docs/18/config-setting.html">PostgreSQL, 19.1 Setting
 *     Parameters</a>
 */
final class ServerSettings {

  static final String FILE = "ppp.conf";

  private static final Pattern NAME =
      Pattern.compile("[A-Za-z_][A-Za-z0-9_$]*(\\.[A-Za-z_][A-Za-z0-9_$]*)?");

  /** What shards.yaml cannot set, because ppp must know where a server and its data are. */
  private static final List<String> OWN =
      List.of(
          "port",
          "unix_socket_directories",
          "data_directory",
          "config_file",
          "hba_file",
          "ident_file",
          "include",
          "include_dir",
          "include_if_exists");

  private final Map<String, String> values = new LinkedHashMap<>();

  private final Path sockets;

  private ServerSettings(Path sockets) {
    this.sockets = sockets;
  }

  /**
   * @param clusterName shown in process titles
   * @param majorVersion of the server: 15, 18
   * @throws PppException if shards.yaml sets what is ppp's own
   */
  static ServerSettings of(
      ServerDefinition server,
      Path sockets,
      String clusterName,
      InspectionLevel level,
      int majorVersion) {
    ServerSettings settings = new ServerSettings(sockets);
    settings.place(server, clusterName);
    settings.values.putAll(LogParameters.of(level, majorVersion));
    settings.values.put("log_timezone", "UTC");
    settings.values.put("password_encryption", "scram-sha-256");
    settings.values.put("max_connections", "200");
    settings.values.put("timezone", "UTC");
    server.settings().forEach((name, value) -> settings.add(server, name, value));
    LogParameters.keepPlans(level, settings.values);
    return settings;
  }

  private void place(ServerDefinition server, String clusterName) {
    values.put("listen_addresses", server.host());
    values.put("port", Integer.toString(server.port()));
    values.put("unix_socket_directories", sockets.toString());
    values.put("unix_socket_permissions", "0700");
    values.put("cluster_name", clusterName);
  }

  private void add(ServerDefinition server, String name, String value) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (!NAME.matcher(name).matches() || OWN.contains(lower)) {
      throw new PppException(
          Diagnostic.error(
              Code.SETTING_NOT_ALLOWED,
              "setting \"" + name + "\" of server \"" + server.name() + "\" cannot be given",
              OWN.contains(lower)
                  ? "ppp sets it itself; a server's port is `port` beside `settings`."
                  : "A parameter's name is made of letters, digits and _."));
    }
    values.put(lower, value);
  }

  /** Adds what shards.yaml does not set. */
  ServerSettings over(Map<String, String> defaults) {
    defaults.forEach(values::putIfAbsent);
    return this;
  }

  /** Switches off what keeps data over a crash of the machine; tests need no such data. */
  ServerSettings notDurable() {
    values.put("fsync", "off");
    values.put("full_page_writes", "off");
    return this;
  }

  Path sockets() {
    return sockets;
  }

  /** The file's text. */
  String text() {
    StringBuilder text = new StringBuilder();
    text.append("# Written by ppp at each start, from shards.yaml. ALTER SYSTEM overrides it.\n");
    values.forEach(
        (name, value) -> text.append(name).append(" = ").append(quoted(value)).append('\n'));
    return text.toString();
  }

  /** As guc-file.l reads it: quotes doubled, backslash escapes. */
  static String quoted(String value) {
    return "'"
        + value.replace("\\", "\\\\").replace("'", "''").replace("\n", "\\n").replace("\r", "\\r")
        + "'";
  }
}
