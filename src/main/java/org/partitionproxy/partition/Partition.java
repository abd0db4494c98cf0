package org.partitionproxy.partition;

import java.util.Optional;
import org.partitionproxy.sql.QualifiedName;

/**
 * One partition, as the catalogs have it.
 *
 * @param bound as PostgreSQL writes it: {@code FOR VALUES FROM … TO …}
 * @param range of a table that is partitioned by ranges of one column, unless this is its default
 * @param detaching whether a DETACH CONCURRENTLY of it has begun and not ended: its rows are hidden
 * @param rows about so many; negative if nobody has counted. Those of a default partition are
 *     counted, unless they are very many
 * @param bytes on disk, with indexes; without them, and about, where sizes were not asked for
 */
public record Partition(
    QualifiedName name,
    String bound,
    Optional<PartitionRange> range,
    boolean isDefault,
    boolean detaching,
    long rows,
    long bytes) {

  Partition withRows(long counted) {
    return new Partition(name, bound, range, isDefault, detaching, counted, bytes);
  }
}
