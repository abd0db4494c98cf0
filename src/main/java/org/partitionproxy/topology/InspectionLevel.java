package org.partitionproxy.topology;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** How much servers write into their logs about what they are asked. */
public enum InspectionLevel {
  /** Nothing but problems. */
  OFF,
  /** A line with its duration at the end of each step of each statement. */
  STATEMENTS,
  /** Also the plan of each statement, with the rows that each node of it gave. */
  ROWS;

  /** Comes with PostgreSQL, and logs plans of statements that have run. */
  public static final String PLAN_LIBRARY = "auto_explain";

  /** A list, to which {@link #PLAN_LIBRARY} is added; for sessions that begin from then on. */
  public static final String PRELOADED = "session_preload_libraries";

  private static final int FIRST_WITH_PLAN_PARAMETERS = 16;

  /**
   * Server parameters that make this level, by name, without {@link #PRELOADED}. None needs a
   * restart.
   *
   * @param majorVersion of the server: 15, 18
   * @see <a href="https://www.postgresql.org/docs/18/auto-explain.html">PostgreSQL, F.3
   *     auto_explain</a>
   */
  public Map<String, String> settings(int majorVersion) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("log_statement", "none");
    settings.put("log_min_duration_statement", this == OFF ? "-1" : "0");
    if (this != OFF) {
      settings.put("log_parameter_max_length", "0");
    }
    if (this == ROWS) {
      settings.put("compute_query_id", "on");
      settings.put("auto_explain.log_min_duration", "0");
      settings.put("auto_explain.log_analyze", "on");
      settings.put("auto_explain.log_timing", "off");
      settings.put("auto_explain.log_verbose", "on");
      settings.put("auto_explain.log_format", "json");
      settings.put("auto_explain.log_nested_statements", "off");
      if (majorVersion >= FIRST_WITH_PLAN_PARAMETERS) {
        settings.put("auto_explain.log_parameter_max_length", "0");
      }
    }
    return settings;
  }

  /** Every parameter that some level sets: what has to be taken back for another one. */
  public static List<String> settingNames(int majorVersion) {
    return List.copyOf(ROWS.settings(majorVersion).keySet());
  }

  /** The list of libraries with this level's; what else is in it stays, in its order. */
  public String preloaded(String libraries) {
    List<String> names = new ArrayList<>();
    for (String name : libraries.split(",", -1)) {
      String plain = name.strip().replace("\"", "");
      if (!plain.isEmpty() && !plain.equals(PLAN_LIBRARY)) {
        names.add(plain);
      }
    }
    if (this == ROWS) {
      names.add(PLAN_LIBRARY);
    }
    return names.stream()
        .map(name -> name.matches("[a-z_$/][a-z0-9_$/.-]*") ? name : '"' + name + '"')
        .collect(Collectors.joining(", "));
  }

  /** As shards.yaml and the command line have it. */
  public static Optional<InspectionLevel> find(String name) {
    for (InspectionLevel level : values()) {
      if (level.toString().equals(name)) {
        return Optional.of(level);
      }
    }
    return Optional.empty();
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
