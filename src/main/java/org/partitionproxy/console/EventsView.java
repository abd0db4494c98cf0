package org.partitionproxy.console;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.partitionproxy.demo.EventPartitions;
import org.partitionproxy.demo.EventPartitions.Partition;
import org.partitionproxy.demo.Written;

/** What {@code ppp demo events} shows, times in UTC. */
public final class EventsView {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final Colors colors;

  public EventsView(Colors colors) {
    this.colors = colors;
  }

  /** {@code 23:46:53 137 events written; events_…_234650 has 37 rows; 11 partitions ahead}. */
  public String line(EventPartitions partitions, Written written) {
    return TIME.format(partitions.at())
        + "  "
        + written(written)
        + "; "
        + partitions
            .current()
            .map(now -> now.name() + " has " + count(now.rows(), "row"))
            .orElse("no partition for now")
        + "; "
        + ahead(partitions);
  }

  /** {@code 23:46:53} */
  public String time(Instant time) {
    return TIME.format(time);
  }

  /**
   * The partitions, of which the one that is written now stands out.
   *
   * @param width of the longest line
   * @param height how many partitions; the oldest are left out
   */
  public List<String> table(EventPartitions partitions, int width, int height) {
    Table table = new Table().column("partition").column("from").column("to").numbers("rows");
    table.column("");
    Optional<Partition> current = partitions.current();
    List<Partition> ready = partitions.ready();
    int left = Math.max(0, partitions.partitions().size() - Math.max(1, height));
    for (Partition partition : partitions.partitions().stream().skip(left).toList()) {
      boolean now = current.filter(partition::equals).isPresent();
      table.row(
          partition.name(),
          TIME.format(partition.lower()),
          TIME.format(partition.upper()),
          partition.rows(),
          now ? "<- written now" : ready.contains(partition) ? "ready" : " ");
    }
    List<String> lines = new ArrayList<>();
    for (String line : table.render().lines().toList()) {
      String fitting = line.substring(0, Math.min(line.length(), width)).stripTrailing();
      lines.add(
          lines.isEmpty()
              ? colors.bold(fitting)
              : line.contains("<-") ? colors.green(fitting) : fitting);
    }
    return lines;
  }

  /** {@code 12 partitions (1m58s) ahead}. */
  public String ahead(EventPartitions partitions) {
    return count(partitions.ready().size(), "partition")
        + " ("
        + Durations.compact(partitions.ahead())
        + ") ahead";
  }

  /** {@code 137 events written}, and what else became of them. */
  public String written(Written written) {
    StringBuilder text = new StringBuilder(count(written.events(), "event")).append(" written");
    if (written.withoutPartition() > 0) {
      text.append(", ").append(written.withoutPartition()).append(" found no partition");
    }
    if (written.failed() > 0) {
      text.append(", ").append(written.failed()).append(" failed");
    }
    if (written.reconnects() > 0) {
      text.append(", ").append(count(written.reconnects(), "reconnect"));
    }
    return text.toString();
  }

  /** What is left to say at the end. */
  public String summary(Written written) {
    return written(written)
        + (written.withoutPartition() == 0 ? "; none failed for want of a partition" : "")
        + "; the slowest took "
        + written.slowest().toMillis()
        + " ms\n"
        + written.problem().map(problem -> "the last problem: " + problem + "\n").orElse("");
  }

  private static String count(long number, String thing) {
    return String.format(Locale.ROOT, "%,d %s%s", number, thing, number == 1 ? "" : "s");
  }
}
