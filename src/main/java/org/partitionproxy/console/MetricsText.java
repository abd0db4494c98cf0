package org.partitionproxy.console;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Gauges of one topology as OpenMetrics text.
 *
 * @see <a href="https://prometheus.io/docs/specs/om/open_metrics_spec/">OpenMetrics</a>
 */
final class MetricsText {

  private final String topology;
  private final StringBuilder text = new StringBuilder();

  MetricsText(String topology) {
    this.topology = topology;
  }

  /** Samples of this name follow, or none. */
  void family(String name, String help) {
    text.append("# TYPE ").append(name).append(" gauge\n");
    for (String unit : List.of("seconds", "bytes", "ratio")) {
      if (name.endsWith("_" + unit)) {
        text.append("# UNIT ").append(name).append(' ').append(unit).append('\n');
      }
    }
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
  }

  /**
   * @param labels names and values in turn
   */
  void sample(String name, List<String> labels, String value) {
    text.append(name).append("{topology=\"").append(escaped(topology)).append('"');
    for (int i = 0; i < labels.size(); i += 2) {
      text.append(',').append(labels.get(i)).append("=\"");
      text.append(escaped(labels.get(i + 1))).append('"');
    }
    text.append("} ").append(value).append('\n');
  }

  /** All of it; nothing may follow. */
  String end() {
    return text + "# EOF\n";
  }

  private static String escaped(String label) {
    return label.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  /** Since 1970. */
  static String seconds(Instant time) {
    return decimal(time.toEpochMilli());
  }

  static String seconds(Duration time) {
    return decimal(time.toMillis());
  }

  private static String decimal(long millis) {
    return BigDecimal.valueOf(millis, 3).stripTrailingZeros().toPlainString();
  }
}
