package org.partitionproxy.console;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.partition.Deed;
import org.partitionproxy.partition.Horizon;
import org.partitionproxy.partition.Leftover;
import org.partitionproxy.partition.Maintenance;
import org.partitionproxy.partition.Partition;
import org.partitionproxy.partition.PartitionRange;
import org.partitionproxy.partition.PartitionedTable;
import org.partitionproxy.partition.ShardJob;

/** Partitioned tables, and what maintenance did to them, as text and as JSON. */
public final class PartitionsView {

  private static final String MIDNIGHT = " 00:00:00";

  private PartitionsView() {}

  /** A line a table, and below what is worth a line of its own. */
  public static String render(List<PartitionedTable> tables, List<ShardJob> jobs) {
    if (tables.isEmpty()) {
      return "no partitioned table\n";
    }
    Table text =
        new Table()
            .column("shard")
            .column("tenant")
            .column("table")
            .column("by")
            .numbers("parts")
            .column("from")
            .column("to")
            .numbers("ahead")
            .numbers("gaps")
            .numbers("in default")
            .numbers("size")
            .column("next");
    for (PartitionedTable table : tables) {
      List<PartitionRange> ranges = table.ranges();
      text.row(
          table.shard(),
          table.tenant(),
          table.name().name(),
          table.strategy() + " (" + table.key() + ")",
          table.partitions().size(),
          ranges.stream().findFirst().map(range -> brief(range.lower())),
          ranges.stream().reduce((a, b) -> b).map(range -> brief(range.upper())),
          table.horizon().isPresent() ? table.ahead() : Optional.empty(),
          table.gaps().size(),
          table.fallback().map(Partition::rows),
          Sizes.compact(table.bytes()),
          table.nextAction().map(PartitionsView::brief));
    }
    StringBuilder notes = new StringBuilder();
    tables.forEach(table -> notes(table, notes));
    notes.append(JobsView.render(jobs));
    return text.render() + (notes.isEmpty() ? "" : "\n" + notes);
  }

  private static void notes(PartitionedTable table, StringBuilder notes) {
    table
        .gaps()
        .forEach(
            gap ->
                notes
                    .append(table.name())
                    .append(": no partition from ")
                    .append(brief(gap.from()))
                    .append(" to ")
                    .append(brief(gap.to()))
                    .append('\n'));
    table
        .detaching()
        .forEach(
            one ->
                notes
                    .append(one.name())
                    .append(": being detached; its rows are hidden until that is finished\n"));
    for (Leftover left : table.leftovers()) {
      notes
          .append(left.name())
          .append(": was ")
          .append(table.name().name())
          .append(" from ")
          .append(brief(left.lower()))
          .append(" to ")
          .append(brief(left.upper()))
          .append(left.kept() ? "; detached and kept" : "; detached, and not yet " + due(left))
          .append('\n');
    }
  }

  private static String due(Leftover left) {
    return left.toDrop() ? "dropped" : "moved";
  }

  /** Every partition with its bound, by table. */
  public static String bounds(List<PartitionedTable> tables) {
    Table text =
        new Table()
            .column("shard")
            .column("tenant")
            .column("table")
            .column("partition")
            .column("bound")
            .numbers("rows")
            .numbers("size");
    for (PartitionedTable table : tables) {
      for (Partition one : table.partitions()) {
        text.row(
            table.shard(),
            table.tenant(),
            table.name().name(),
            one.name().schema().equals(table.name().schema()) ? one.name().name() : one.name(),
            one.bound() + (one.detaching() ? " (being detached)" : ""),
            one.rows() < 0 ? Optional.empty() : Optional.of(one.rows()),
            Sizes.compact(one.bytes()));
      }
    }
    return text.render();
  }

  /** Midnight in UTC goes without saying. */
  private static String brief(String bound) {
    return bound.replace("+00", "").replace(MIDNIGHT, "");
  }

  public static String json(
      List<PartitionedTable> tables,
      List<ShardJob> jobs,
      boolean bounds,
      List<Diagnostic> problems) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("tables", tables.stream().map(table -> json(table, bounds)).toList());
    document.put("jobs", JobsView.json(jobs));
    document.put("problems", DiagnosticView.json(problems));
    return Json.pretty(document);
  }

  private static Map<String, Object> json(PartitionedTable table, boolean bounds) {
    List<PartitionRange> ranges = table.ranges();
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("shard", table.shard());
    one.put("tenant", table.tenant());
    one.put("schema", table.name().schema());
    one.put("table", table.name().name());
    one.put("strategy", table.strategy());
    one.put("key", table.key());
    one.put("partitions", table.partitions().size());
    one.put("from", ranges.stream().findFirst().map(PartitionRange::lower));
    one.put("to", ranges.stream().reduce((a, b) -> b).map(PartitionRange::upper));
    one.put("ahead", table.horizon().isPresent() ? table.ahead() : Optional.empty());
    one.put("ahead_wanted", table.horizon().map(Horizon::ahead));
    one.put("gaps", table.gaps());
    one.put("default_rows", table.fallback().map(Partition::rows));
    one.put("bytes", table.bytes());
    one.put("next", table.nextAction());
    one.put("leftovers", table.leftovers().stream().map(PartitionsView::json).toList());
    if (bounds) {
      one.put("bounds", table.partitions().stream().map(PartitionsView::json).toList());
    }
    return one;
  }

  private static Map<String, Object> json(Leftover left) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("schema", left.name().schema());
    one.put("name", left.name().name());
    one.put("from", left.lower());
    one.put("to", left.upper());
    one.put("since", left.since());
    one.put("kept", left.kept());
    return one;
  }

  private static Map<String, Object> json(Partition partition) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("schema", partition.name().schema());
    one.put("name", partition.name().name());
    one.put("bound", partition.bound());
    one.put("detaching", partition.detaching());
    one.put("rows", partition.rows() < 0 ? Optional.empty() : Optional.of(partition.rows()));
    one.put("bytes", partition.bytes());
    return one;
  }

  /** One thing that was done: {@code shard1 initech events: made events_20261120, …}. */
  public static String line(Deed deed, boolean planned) {
    return deed.shard()
        + " "
        + deed.tenant()
        + " "
        + Texts.oneLine(deed.table().name().value())
        + ": "
        + (planned ? "would " + deed.kind().plan() : deed.kind())
        + (deed.partition().isEmpty() ? "" : " " + Texts.oneLine(deed.partition()))
        + ", from "
        + brief(deed.lower())
        + " to "
        + brief(deed.upper())
        + (deed.kind() == Deed.Kind.DRAIN ? ", " + deed.rows() + " rows" : "")
        + "\n";
  }

  public static String json(Maintenance done, boolean planned) {
    return Json.pretty(document(done, planned));
  }

  /** On one line, for a run of many. */
  public static String jsonLine(Maintenance done) {
    return Json.line(document(done, false));
  }

  private static Map<String, Object> document(Maintenance done, boolean planned) {
    List<Map<String, Object>> deeds = new ArrayList<>();
    for (Deed deed : done.deeds()) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("shard", deed.shard());
      one.put("tenant", deed.tenant());
      one.put("schema", deed.table().schema());
      one.put("table", deed.table().name());
      one.put("action", deed.kind().plan());
      one.put("partition", deed.partition());
      one.put("from", deed.lower());
      one.put("to", deed.upper());
      one.put("rows", deed.rows());
      deeds.add(one);
    }
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("dry_run", planned);
    document.put("actions", deeds);
    document.put("problems", DiagnosticView.json(done.problems()));
    return document;
  }
}
