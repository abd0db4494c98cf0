package org.partitionproxy.convert;

import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.partitionproxy.db.Session;

/**
 * Finds out in which blocks of the old tables the rows of each range lie. So one look at a table
 * takes the place of an index by its partition key: rows mostly lie by their time.
 *
 * <p>A row that nobody writes stays in its block. One that is written later is in the log, and so
 * is right wherever it lies.
 */
final class BlockRanges {

  private static final long AT_ONCE = 128;
  private static final long MOST = 8192;
  private static final int AT_A_TURN = 16;

  private static final String TABLES =
      """
      SELECT c.number, pg_catalog.pg_relation_size(c.old)
          / pg_catalog.current_setting('block_size')::bigint AS blocks
      FROM ppp.conversion AS c WHERE c.workflow = ? ORDER BY c.number""";

  private static final String FORGET =
      "DELETE FROM ppp.conversion_blocks AS b WHERE b.workflow = ? AND b.number = ?";

  private record Table(int number, long blocks) {

    long atOnce() {
      return Math.max(AT_ONCE, blocks / MOST);
    }

    Stream<Turn> turns() {
      long length = AT_A_TURN * atOnce();
      return LongStream.iterate(0, first -> first < blocks, first -> first + length)
          .mapToObj(first -> new Turn(number, first, Math.min(first + length, blocks), atOnce()));
    }
  }

  private record Turn(int table, long first, long past, long atOnce) {}

  private final long id;
  private final ParallelWork work;
  private final ConversionListener listener;

  BlockRanges(long id, ParallelWork work, ConversionListener listener) {
    this.id = id;
    this.work = work;
    this.listener = listener;
  }

  /** As of now: rows that are written later may lie elsewhere. */
  void find(Session session) {
    List<Table> tables =
        session.query(TABLES, row -> new Table(row.integer("number"), row.number("blocks")), id);
    listener.begins("looking", "blocks", tables.stream().mapToLong(Table::blocks).sum());
    tables.forEach(table -> session.update(FORGET, id, table.number()));
    work.each(tables.stream().flatMap(Table::turns).toList(), this::look);
    session.query("SELECT ppp.conversion_located(?) IS NULL AS done", row -> row.bool("done"), id);
  }

  private long look(Session session, Turn turn) {
    session.query(
        "SELECT ppp.conversion_locate(?, ?, ?, ?, ?) IS NULL AS done",
        row -> row.bool("done"),
        id,
        turn.table(),
        turn.first(),
        turn.past(),
        turn.atOnce());
    return turn.past() - turn.first();
  }
}
