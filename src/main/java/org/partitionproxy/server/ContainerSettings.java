package org.partitionproxy.server;

import java.util.LinkedHashMap;
import java.util.Map;
import org.partitionproxy.topology.InspectionLevel;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Topology;

/**
 * The text of {@code ppp.conf}, which a container's {@code postgresql.conf} includes: what ppp
 * needs of a server, then what the user sets in shards.yaml. {@code ALTER SYSTEM} beats both.
 */
final class ContainerSettings {

  private ContainerSettings() {}

  /** As in the image's name. */
  private static final int MAJOR_VERSION = 18;

  /** Settings of the image's own: what it has to preload, and nothing in an image that has not. */
  private static final String OF_IMAGE = "/usr/local/share/ppp/image.conf";

  static String of(Topology topology, ServerDefinition server) {
    Map<String, String> defaults =
        new LinkedHashMap<>(ReplicationSettings.wanted(topology, server, MAJOR_VERSION));
    if (CronSettings.isShard(server)) {
      defaults.put("include_if_exists", OF_IMAGE);
      defaults.putAll(CronSettings.wanted());
    }
    return of(server, topology.startLevel(), defaults);
  }

  /**
   * @param defaults under what shards.yaml sets
   */
  static String of(ServerDefinition server, InspectionLevel level, Map<String, String> defaults) {
    Map<String, String> settings = new LinkedHashMap<>(defaults);
    settings.put("max_connections", "200");
    settings.putAll(LogParameters.of(level, MAJOR_VERSION));
    settings.putAll(server.settings());
    LogParameters.keepPlans(level, settings);
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
   * @see <a href="https://www.postgresql.org/docs/18/config-setting.html">PostgreSQL, 19.1 Setting
   *     Parameters</a>
   */
  private static String quote(String value) {
    return "'" + value.replace("\\", "\\\\").replace("'", "''").replace("\n", "\\n") + "'";
  }
}
