package org.partitionproxy.server;

import java.util.LinkedHashMap;
import java.util.Map;
import org.partitionproxy.topology.InspectionLevel;

/**
 * How servers that ppp runs log, as JSON: each ten minutes into a file of its own, sooner where
 * much is written, for a day. A file's name tells the minute, and it is emptied when its turn comes
 * again by time (PostgreSQL, 19.8.1 Where to Log, {@code log_truncate_on_rotation}). None of that
 * bounds what they take together: {@link LogBound} does.
 */
final class LogParameters {

  private LogParameters() {}

  static Map<String, String> of(InspectionLevel level, int majorVersion) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("logging_collector", "on");
    settings.put("log_destination", "jsonlog");
    settings.put("log_directory", "log");
    settings.put("log_filename", "ppp-%H%M.log");
    settings.put("log_rotation_age", "10min");
    settings.put("log_rotation_size", "16MB");
    settings.put("log_truncate_on_rotation", "on");
    settings.putAll(level.settings(majorVersion));
    return settings;
  }

  /** Adds the library of the level to those that shards.yaml names. */
  static void keepPlans(InspectionLevel level, Map<String, String> settings) {
    String libraries = level.preloaded(settings.getOrDefault(InspectionLevel.PRELOADED, ""));
    if (!libraries.isEmpty()) {
      settings.put(InspectionLevel.PRELOADED, libraries);
    }
  }
}
