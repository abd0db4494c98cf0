package org.partitionproxy.console;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.partitionproxy.demo.GuidTrial;
import org.partitionproxy.demo.OperationGenerator;
import org.partitionproxy.demo.OperationTotals;
import org.partitionproxy.demo.OperationsComparison.Place;
import org.partitionproxy.demo.OperationsSeen;
import org.partitionproxy.replica.ReplicaStatus;

/** What {@code ppp demo operations} shows, times in UTC. */
public final class OperationsView {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final Colors colors;

  public OperationsView(Colors colors) {
    this.colors = colors;
  }

  public String time(Instant at) {
    return TIME.format(at);
  }

  /** What became of a guid that was given twice. */
  public String guids(GuidTrial trial) {
    return "An operation is in partition "
        + trial.partition()
        + ". The same operation_guid\n"
        + "  in the same partition:   "
        + trial.again().map(Texts::oneLine).orElse("taken")
        + "\n  in that of 3 days ago:   "
        + trial.elsewhere().map(Texts::oneLine).orElse("taken")
        + "\n";
  }

  /** {@code generated 400,000 of 1,000,000 operations}, or how fast all of them were. */
  public String generated(OperationGenerator generator) {
    return generator
        .took()
        .map(
            took ->
                String.format(
                    Locale.ROOT,
                    "generated %,d operations in %.1f s, %,.0f a second",
                    generator.made(),
                    took.toMillis() / 1000.0,
                    generator.made() * 1000.0 / Math.max(1, took.toMillis())))
        .orElseGet(
            () ->
                "generated "
                    + number(generator.made())
                    + " of "
                    + number(generator.wanted())
                    + " operations");
  }

  /** {@code 100,021 operations, 2 a second}. */
  public String rows(OperationsSeen seen) {
    return number(seen.rows())
        + " operations, "
        + String.format(Locale.ROOT, "%,.0f", seen.perSecond())
        + " more a second";
  }

  /** {@code mv_sum: 3,000 settled, 1,502,333.10; 3s old}. */
  public String rollup(OperationsSeen seen) {
    return "mv_sum: "
        + number(seen.totals().operations())
        + " settled, "
        + String.format(Locale.ROOT, "%,.2f", seen.totals().amount())
        + seen.age().map(age -> "; " + Durations.compact(age) + " old").orElse("");
  }

  /** All in one line, for where there is no terminal. */
  public String line(OperationsSeen seen) {
    return TIME.format(seen.at())
        + "  "
        + rows(seen)
        + "; "
        + rollup(seen)
        + "; runs: "
        + seen.jobs().stream().map(OperationsView::runs).collect(Collectors.joining(", "))
        + "; replica: "
        + number(seen.rowsOnReplica())
        + seen.replica()
            .slot()
            .map(
                slot -> ", " + Sizes.compact(slot.lagBytes()) + seconds(seen.replica()) + " behind")
            .orElse(", " + seen.replica().state());
  }

  private static String runs(OperationsSeen.Job job) {
    return job.name()
        + " "
        + number(job.runs())
        + (job.failed() == 0 ? "" : " (" + number(job.failed()) + " failed)");
  }

  private static String seconds(ReplicaStatus replica) {
    return replica.lagSeconds().map(s -> String.format(Locale.ROOT, " and %.1f s", s)).orElse("");
  }

  /** Three tables: jobs, the replica, and as many clients of the rollup as there is room for. */
  public List<String> tables(OperationsSeen seen, int width, int height) {
    List<String> lines = new ArrayList<>(headed(jobs(seen), width));
    lines.add("");
    lines.addAll(headed(replica(seen), width));
    lines.add("");
    lines.add(clip(rollup(seen), width));
    lines.addAll(clients(seen, width, height - lines.size() - 1));
    return lines;
  }

  private List<String> headed(Table table, int width) {
    List<String> lines =
        new ArrayList<>(table.render().lines().map(line -> clip(line, width)).toList());
    lines.set(0, colors.bold(lines.get(0)));
    return lines;
  }

  private static String clip(String line, int width) {
    return line.substring(0, Math.min(line.length(), width));
  }

  private static Table jobs(OperationsSeen seen) {
    Table table =
        new Table()
            .column("job")
            .numbers("runs")
            .numbers("failed")
            .numbers("missed")
            .column("run by")
            .column("last error");
    seen.jobs()
        .forEach(
            job ->
                table.row(
                    job.name(), job.runs(), job.failed(), job.missed(), job.keeper(), job.error()));
    return table;
  }

  private static Table replica(OperationsSeen seen) {
    ReplicaStatus replica = seen.replica();
    Optional<ReplicaStatus.Slot> slot = replica.slot();
    return new Table()
        .column("replica")
        .column("state")
        .numbers("rows")
        .numbers("missing")
        .numbers("lag")
        .numbers("seconds")
        .row(
            replica.replica(),
            replica.state(),
            number(seen.rowsOnReplica()),
            number(Math.max(0, seen.rows() - seen.rowsOnReplica())),
            slot.map(s -> Sizes.compact(s.lagBytes())),
            replica.lagSeconds().map(s -> String.format(Locale.ROOT, "%.1f", s)));
  }

  private List<String> clients(OperationsSeen seen, int width, int most) {
    Table table =
        new Table().numbers("client").column("type").numbers("operations").numbers("amount");
    List<OperationTotals.Line> shown =
        seen.totals().lines().stream().limit(Math.max(0, most - 1)).toList();
    shown.forEach(
        line ->
            table.row(
                line.client(),
                line.type(),
                number(line.operations()),
                String.format(Locale.ROOT, "%,.2f", line.amount())));
    List<String> lines = headed(table, width);
    for (int i = 0; i < shown.size(); i++) {
      if (seen.changed().contains(shown.get(i).client())) {
        lines.set(i + 1, colors.green(lines.get(i + 1)));
      }
    }
    return lines;
  }

  /** What each place has at the end. */
  public String compared(List<Place> places) {
    Table table =
        new Table()
            .column("totals of")
            .numbers("clients and types")
            .numbers("settled")
            .numbers("amount");
    places.forEach(
        place ->
            table.row(
                place.name(),
                place.totals().lines().size(),
                number(place.totals().operations()),
                String.format(Locale.ROOT, "%,.2f", place.totals().amount())));
    return table.render();
  }

  private static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }
}
