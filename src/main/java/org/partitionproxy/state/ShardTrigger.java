package org.partitionproxy.state;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.zip.CRC32;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;

/**
 * A trigger of ppp's on a shard's table, for what comes through a foreign table. One kind numbers
 * rows: it gives a column a sequence's next number where an INSERT brings NULL, as every INSERT
 * through a foreign table does that leaves the column out. The other guards tables whose rows are
 * in other tables too, as partitions: see {@link #guard}.
 *
 * @param name of the trigger, and of its function in the table's schema
 * @param arguments of one that numbers rows: the sequence, and its schema where that is not the
 *     schema of the table that the row goes to
 */
public record ShardTrigger(QualifiedName table, Identifier name, List<String> arguments)
    implements Comparable<ShardTrigger> {

  /** Of all their names; early among a table's triggers, which run in the order of their names. */
  public static final String PREFIX = "_ppp_";

  private static final String NUMBER = PREFIX + "number_";

  private static final int NAME_BYTES = 63;

  private static final Comparator<ShardTrigger> ORDER =
      Comparator.comparing(ShardTrigger::table).thenComparing(ShardTrigger::name);

  public ShardTrigger {
    arguments = List.copyOf(arguments);
  }

  /** The one name for all columns of this name: its function is theirs too. */
  public static Identifier nameFor(Identifier column) {
    String whole = NUMBER + column.value();
    if (whole.getBytes(StandardCharsets.UTF_8).length <= NAME_BYTES) {
      return Identifier.of(whole);
    }
    CRC32 crc = new CRC32();
    crc.update(column.value().getBytes(StandardCharsets.UTF_8));
    return Identifier.of(NUMBER + Long.toHexString(crc.getValue()));
  }

  /**
   * What postgres_fdw can't send as a whole, it sends row by row: {@code WHERE ctid = $1}. A ctid
   * is a place in one partition, and in each other one there may be another row at that place,
   * which would be changed or deleted too. The guard refuses that.
   */
  public static ShardTrigger guard(QualifiedName table) {
    return new ShardTrigger(table, Identifier.of(PREFIX + "guard"), List.of());
  }

  /** The function's name. */
  public QualifiedName function() {
    return new QualifiedName(table.schema(), name);
  }

  @Override
  public int compareTo(ShardTrigger other) {
    return ORDER.compare(this, other);
  }
}
