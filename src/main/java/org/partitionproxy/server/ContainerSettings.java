package org.partitionproxy.server;

import java.util.LinkedHashMap;
import java.util.Map;
import org.partitionproxy.topology.ServerDefinition;

/**
 * The text of {@code ppp.conf}, which a container's {@code postgresql.conf} includes: what ppp
 * needs of a server, then what the user sets in shards.yaml. {@code ALTER SYSTEM} beats both.
 */
final class ContainerSettings {

  private ContainerSettings() {}

  static String of(ServerDefinition server) {
    Map<String, String> settings = defaults();
    settings.putAll(server.settings());
    // The container's side of the published port: not the user's to choose.
    settings.put("listen_addresses", "*");
    settings.put("port", Integer.toString(ComposeFile.CONTAINER_PORT));
    StringBuilder text =
        new StringBuilder("# Made by ppp at every start; yours are `settings:` in shards.yaml.\n");
    settings.forEach(
        (name, value) -> text.append(name).append(" = ").append(quote(value)).append('\n'));
    return text.toString();
  }

  /**
   * Logs go to a ring of 24 files, an hour each: a file is only emptied again by rotation with time
   * (PostgreSQL, 19.8.1 Where to Log, {@code log_truncate_on_rotation}).
   */
  private static Map<String, String> defaults() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("max_connections", "200");
    settings.put("logging_collector", "on");
    settings.put("log_destination", "jsonlog");
    settings.put("log_filename", "ppp-%H.log");
    settings.put("log_rotation_age", "60min");
    settings.put("log_rotation_size", "0");
    settings.put("log_truncate_on_rotation", "on");
    settings.put("log_statement", "all");
    return settings;
  }

  /**
   * @see <a href="https://www.postgresql.org/docs/18/config-setting.html">PostgreSQL, 19.1 Setting
   *     Parameters</a>
   */
  private static String quote(String value) {
    return "'" + value.replace("\\", "\\\\").replace("'", "''").replace("\n", "\\n") + "'";
  }
}
