package org.partitionproxy.partition;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import org.partitionproxy.db.Pause;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.ShortLock;
import org.partitionproxy.db.Workers;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.topology.Tenant;

/** Maintenance of one shard. */
final class ShardMaintenance {

  /** Fewer are made sooner than another session is there. */
  private static final int WORTH_A_SESSION = 20;

  /** Until somebody who could help looks again whether there is a session for it. */
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);

  /** Rows of any number may be moved. */
  private static final Sql PATIENT = Sql.of("SET statement_timeout = 0");

  /** More sessions with the same shard, as long as others don't need them. */
  record Others(SpareSessions spare, Supplier<Session> more) {}

  private final Session session;
  private final Others others;
  private final List<Tenant> tenants;
  private final Report report;
  private final Making making;
  private final ShortLock locks;

  ShardMaintenance(
      Session session, Others others, List<Tenant> tenants, ShortLock locks, Report report) {
    this.others = others;
    this.tenants = tenants;
    this.session = session;
    this.report = report;
    this.locks = locks;
    this.making = new Making(session, locks, report);
  }

  /** What {@link #run} would do; changes nothing. */
  void plan(List<PartitionedTable> tables) {
    for (PartitionedTable table : tables) {
      unfit(table);
      if (table.isIncomplete()) {
        making.plan(table);
      }
      table.detaching().forEach(p -> report.done(Retirement.deed(table, Deed.Kind.FINALIZE, p)));
      table.unfinished().forEach(left -> plan(table, left));
      table.horizon().ifPresent(wanted -> planRetirement(table, wanted));
    }
  }

  private void plan(PartitionedTable table, Leftover left) {
    report.done(
        Deed.of(
            table,
            Retirement.kind(left.retire()),
            left.name().name().value(),
            left.lower(),
            left.upper(),
            0));
  }

  private void planRetirement(PartitionedTable table, Horizon wanted) {
    table.old().stream()
        .filter(partition -> !partition.detaching())
        .forEach(p -> report.done(Retirement.deed(table, Retirement.kind(wanted.retire()), p)));
  }

  /**
   * @param drain whether rows that are in the way are moved out of default partitions
   */
  void run(List<PartitionedTable> tables, boolean drain) {
    tables.forEach(this::unfit);
    List<PartitionedTable> busy = tables.stream().filter(PartitionedTable::hasWork).toList();
    if (busy.isEmpty()) {
      return;
    }
    session.execute(PATIENT);
    make(busy.stream().filter(PartitionedTable::isIncomplete).toList(), drain);
    retire(tables, busy);
  }

  /** Making a partition keeps one core of the server busy: many are made by several sessions. */
  private void make(List<PartitionedTable> incomplete, boolean drain) {
    BlockingQueue<PartitionedTable> left = new LinkedBlockingQueue<>(incomplete);
    if (left.size() < 2 * WORTH_A_SESSION) {
      make(making, left, drain);
      return;
    }
    List<Runnable> hands = new ArrayList<>(List.of(() -> make(making, left, drain)));
    while (hands.size() < others.spare().most()) {
      hands.add(() -> help(left, drain));
    }
    try (Workers workers = new Workers(hands.size())) {
      workers.forEach(hands, Runnable::run);
    }
  }

  private void help(BlockingQueue<PartitionedTable> left, boolean drain) {
    boolean going = true;
    while (going && left.size() >= WORTH_A_SESSION) {
      if (others.spare().take()) {
        try (Session own = others.more().get()) {
          own.execute(PATIENT);
          make(new Making(own, locks, report), left, drain);
        } finally {
          others.spare().giveBack();
        }
      } else {
        going = Pause.of(BETWEEN_LOOKS);
      }
    }
  }

  private void make(Making by, BlockingQueue<PartitionedTable> left, boolean drain) {
    for (PartitionedTable table = left.poll(); table != null; table = left.poll()) {
      PartitionedTable next = table;
      report.guard(
          next,
          Code.PARTITION_NOT_MADE,
          "make partitions of",
          () -> {
            by.make(next, drain);
            return true;
          });
    }
  }

  private void retire(List<PartitionedTable> tables, List<PartitionedTable> busy) {
    List<PartitionedTable> old =
        busy.stream()
            .filter(
                t -> !(t.old().isEmpty() && t.detaching().isEmpty() && t.unfinished().isEmpty()))
            .filter(new OpenConversions(session, report)::mayLose)
            .toList();
    if (old.isEmpty()) {
      return;
    }
    Set<QualifiedName> retiring = new LinkedHashSet<>();
    tables.stream()
        .filter(table -> table.horizon().flatMap(Horizon::keptSince).isPresent())
        .forEach(table -> retiring.add(table.name()));
    Retirement retirement = new Retirement(session, locks, report, retiring);
    for (PartitionedTable table : ReferenceOrder.of(session, old)) {
      alone(table, () -> again(table).ifPresent(seen -> retire(seen, retirement)));
    }
  }

  private void retire(PartitionedTable table, Retirement retirement) {
    Set<QualifiedName> pending = new LinkedHashSet<>();
    for (Partition partition : table.detaching()) {
      pending.add(partition.name());
      if (!retirement.finalizePending(table, partition)) {
        return;
      }
    }
    retirement.forgetStaleNotes(table);
    table.unfinished().forEach(left -> retirement.finish(table, left));
    Optional<Horizon> wanted = table.horizon();
    if (wanted.isEmpty()) {
      return;
    }
    for (Partition partition : table.old()) {
      if (pending.contains(partition.name())) {
        retirement.finish(table, partition, wanted.get());
      } else if (!retirement.retire(table, partition, wanted.get())) {
        return;
      }
    }
  }

  /** As it is now that nobody else retires its partitions. */
  private Optional<PartitionedTable> again(PartitionedTable table) {
    List<Tenant> tenant = tenants.stream().filter(t -> t.name().equals(table.tenant())).toList();
    return new PartitionReader(session, tenant)
        .read(false).stream().filter(seen -> seen.name().equals(table.name())).findFirst();
  }

  /** Another ppp that is at the same table is left alone: it does the same. */
  private void alone(PartitionedTable table, Runnable work) {
    String key = "ppp partitions of " + table.name();
    boolean locked =
        session
            .query(
                "SELECT pg_catalog.pg_try_advisory_lock(pg_catalog.hashtextextended(?, 0)) AS ours",
                row -> row.bool("ours"),
                key)
            .get(0);
    if (!locked) {
      return;
    }
    try {
      work.run();
    } finally {
      session.query(
          "SELECT pg_catalog.pg_advisory_unlock(pg_catalog.hashtextextended(?, 0)) AS released",
          row -> row.bool("released"),
          key);
    }
  }

  private void unfit(PartitionedTable table) {
    if (!table.fits()) {
      report.problem(
          Diagnostic.error(
              Code.PARTITION_NOT_MADE,
              "the policy of "
                  + Report.subject(table)
                  + " can't be applied: "
                  + (table.strategy().equals("none")
                      ? "it is no partitioned table"
                      : "it is partitioned by " + table.strategy() + " of " + table.key()),
              "`ppp plan` says what policy and table have in common; `ppp initialize` makes the"
                  + " shard's policies those of shards.yaml."));
    }
  }
}
