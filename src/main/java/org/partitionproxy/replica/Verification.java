package org.partitionproxy.replica;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.partitionproxy.apply.Sessions;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.ShortLock;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;

/**
 * Compares the rows of both ends at one point. Who writes to the shard's tables waits from the
 * moment in which they are locked until the replica has what was written before, a second or so;
 * not while rows are read, for which both ends have snapshots by then.
 */
public final class Verification {

  /** Texts of values that are the same on any server, whatever its settings. */
  private static final Sql SAME_TEXTS =
      Sql.of(
          """
          SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
          SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO';
          SET LOCAL intervalstyle = 'postgres'; SET LOCAL extra_float_digits = 1;
          SET LOCAL bytea_output = 'hex'; SET LOCAL lc_monetary = 'C'""");

  /** How long writers wait for the replica, each time. */
  private static final Duration MOMENT = Duration.ofMillis(500);

  private static final int TRIES = 20;

  private final Sessions sessions;
  private final EndReader reader = new EndReader();

  public Verification(Sessions sessions) {
    this.sessions = sessions;
  }

  /**
   * One table on both ends.
   *
   * @param same whether all rows are
   */
  public record Compared(QualifiedName table, long rowsOnShard, long rowsOnReplica, boolean same) {}

  /** How many rows, and the sum of their hashes. */
  private record Rows(long count, String hash) {}

  /**
   * @throws PppException if the replica does not follow, or too far behind
   */
  public List<Compared> run(Replication replication) {
    ShardEnd shard = sessions.with(replication.shard(), s -> reader.shard(s, replication));
    TreeSet<QualifiedName> tables = new TreeSet<>(shard.published().orElseGet(TreeSet::new));
    tables.retainAll(shard.tables().keySet());
    if (tables.isEmpty()) {
      return List.of();
    }
    return sessions.with(
        replication.shard(),
        left ->
            left.inTransaction(
                () ->
                    sessions.with(
                        replication.replicaServer(),
                        right ->
                            right.inTransaction(
                                () -> {
                                  meet(replication, tables, left, right);
                                  return compare(shard, tables, left, right);
                                }))));
  }

  /**
   * Takes both snapshots while nobody writes, which nobody has to wait for longer than a moment.
   */
  private void meet(
      Replication replication, SortedSet<QualifiedName> tables, Session left, Session right) {
    left.execute(SAME_TEXTS);
    right.execute(SAME_TEXTS);
    boolean met = false;
    for (int tries = 0; !met && tries < TRIES; tries++) {
      requireReached(CatchUp.reached(sessions, replication), replication);
      met =
          sessions.with(
              replication.shard(),
              locking ->
                  ShortLock.DEFAULT.run(
                      locking,
                      () -> {
                        locking.execute(
                            Sql.of("LOCK TABLE {} IN SHARE MODE", Sql.join(", ", tables)));
                        return snapshots(replication, locking, left, right);
                      }));
    }
    requireReached(met, replication);
  }

  private boolean snapshots(Replication replication, Session locking, Session left, Session right) {
    if (!CatchUp.reached(sessions, replication, CatchUp.written(locking), MOMENT)) {
      return false;
    }
    left.query("SELECT 1 AS one", row -> row.integer("one"));
    right.query("SELECT 1 AS one", row -> row.integer("one"));
    return true;
  }

  private static void requireReached(boolean reached, Replication replication) {
    if (!reached) {
      throw new PppException(
          Diagnostic.error(
              Code.REPLICATION_STOPPED,
              "replica \""
                  + replication.replica().name()
                  + "\" has not caught up with its shard in time",
              "`ppp replicas` shows how far it is."));
    }
  }

  private static List<Compared> compare(
      ShardEnd shard, SortedSet<QualifiedName> tables, Session left, Session right) {
    List<Compared> compared = new ArrayList<>();
    for (QualifiedName table : tables) {
      Sql query = query(Optional.ofNullable(shard.tables().get(table)).orElseThrow());
      Rows here = rows(left, query);
      Rows there = rows(right, query);
      compared.add(new Compared(table, here.count(), there.count(), here.equals(there)));
    }
    return compared;
  }

  /**
   * By text and by name: numbers of columns and types, by which `ppp partitions convert` compares,
   * are each server's own.
   */
  private static Sql query(CopiedTable table) {
    Sql columns =
        Sql.join(
            ", ",
            table.columns().stream()
                .filter(column -> column.generated().isEmpty())
                .map(CopiedColumn::name)
                .toList());
    return Sql.of(
        "SELECT count(*) AS rows,"
            + " coalesce(sum(pg_catalog.hashtextextended(ROW({})::text, 0)), 0)::text AS hash"
            + " FROM {}",
        columns,
        table.name());
  }

  private static Rows rows(Session session, Sql query) {
    return session.query(query, row -> new Rows(row.number("rows"), row.string("hash"))).get(0);
  }
}
