package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import org.partitionproxy.mirror.Mirror;
import org.partitionproxy.plan.Action;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.ObjectKind;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.state.Table;

/**
 * Tables with rows are analyzed as they appear: without statistics, joins of one shard are not
 * pushed down. Before PostgreSQL 16 the veneer would fetch a whole table for that, so big ones are
 * left out.
 *
 * @see <a href="https://www.postgresql.org/docs/18/postgres-fdw.html">F.38 postgres_fdw</a>,
 *     analyze_sampling
 */
final class MirrorStatistics {

  private static final int SAMPLING_SINCE = 16;
  private static final long MAX_BYTES_WITHOUT_SAMPLING = 64L << 20;

  private MirrorStatistics() {}

  /**
   * Whether a table of that size may be analyzed.
   *
   * @param version of the veneer, the major one
   */
  static boolean isAffordable(int version, long bytes) {
    return version >= SAMPLING_SINCE || bytes <= MAX_BYTES_WITHOUT_SAMPLING;
  }

  /**
   * @param changes of the veneer that were planned
   * @param version of the veneer, the major one
   */
  static List<Change> of(
      List<Change> changes, SortedMap<Identifier, Mirror.Source> sources, int version) {
    Set<String> fresh = new HashSet<>();
    changes.stream().filter(c -> c.action() != Action.DROP).forEach(c -> fresh.add(c.name()));
    List<Change> statistics = new ArrayList<>();
    sources.forEach(
        (schema, source) -> {
          List<QualifiedName> analyzed =
              source.tables().stream()
                  .filter(t -> t.bytes() > 0 && fresh.contains(t.name().toString()))
                  .filter(t -> isAffordable(version, t.bytes()))
                  .map(Table::name)
                  .toList();
          if (!analyzed.isEmpty()) {
            statistics.add(analyze(schema, analyzed));
          }
        });
    return statistics;
  }

  /**
   * @param tables of the schema, one or more
   */
  static Change analyze(Identifier schema, List<QualifiedName> tables) {
    return Change.ofMirror(
        Action.ALTER,
        ObjectKind.STATISTICS,
        schema + " (" + tables.size() + (tables.size() == 1 ? " table" : " tables") + " with rows)",
        schema,
        List.of(Sql.of("ANALYZE {}", Sql.join(", ", tables))));
  }
}
