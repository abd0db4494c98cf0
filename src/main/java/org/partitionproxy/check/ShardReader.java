package org.partitionproxy.check;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.state.ShardTrigger;

/**
 * Reads what the shard runs by itself when rows of a tenant are read or written: policies,
 * triggers, defaults, checks, and the functions that they call. It runs in postgres_fdw's session,
 * which has settings and a search_path of its own.
 *
 * @see <a
 *     href="https://www.postgresql.org/docs/18/postgres-fdw.html#POSTGRES-FDW-REMOTE-QUERY-EXECUTION">PostgreSQL,
 *     F.36.6 Remote Query Execution Environment</a>
 */
final class ShardReader {

  /** What depends on a function, or may read a setting; {@code tree} is how PostgreSQL keeps it. */
  private static final String OBJECTS =
      """
      WITH objects AS (
        SELECT 'pg_catalog.pg_policy'::pg_catalog.regclass AS catalog, p.oid, p.polrelid AS relation,
          'policy ' || p.polname AS object,
          concat(p.polqual, p.polwithcheck) AS tree
        FROM pg_catalog.pg_policy AS p
        UNION ALL
        SELECT 'pg_catalog.pg_trigger'::pg_catalog.regclass, t.oid, t.tgrelid,
          'trigger ' || t.tgname, concat(t.tgqual)
        FROM pg_catalog.pg_trigger AS t
        WHERE NOT t.tgisinternal AND NOT starts_with(t.tgname, ?)
        UNION ALL
        SELECT 'pg_catalog.pg_constraint'::pg_catalog.regclass, k.oid, k.conrelid,
          'constraint ' || k.conname, concat(k.conbin)
        FROM pg_catalog.pg_constraint AS k
        WHERE k.contype = 'c' AND k.conrelid <> 0
        UNION ALL
        SELECT 'pg_catalog.pg_attrdef'::pg_catalog.regclass, d.oid, d.adrelid,
          'default of ' || a.attname, concat(d.adbin)
        FROM pg_catalog.pg_attrdef AS d
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
        UNION ALL
        SELECT 'pg_catalog.pg_rewrite'::pg_catalog.regclass, r.oid, r.ev_class,
          'rule ' || r.rulename, concat(r.ev_action)
        FROM pg_catalog.pg_rewrite AS r
      )
      """;

  private static final String FUNCTIONS =
      OBJECTS
          + """
          SELECT DISTINCT
            o.object || ' of ' || c.relname AS object,
            p.proname AS function,
            p.prosqlbody IS NULL
              AND l.lanname NOT IN ('c', 'internal')
              AND NOT EXISTS (
                SELECT FROM unnest(p.proconfig) AS s (setting)
                WHERE starts_with(s.setting, 'search_path=')) AS finds_no_names,
            p.prosrc ~ '\\mcurrent_setting\\M'
              OR concat(p.prosqlbody) ~ ':funcid (2077|3294) ' AS reads_settings
          FROM objects AS o
          JOIN pg_catalog.pg_class AS c ON c.oid = o.relation
          JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
          JOIN pg_catalog.pg_depend AS d
            ON d.classid = o.catalog AND d.objid = o.oid
            AND d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass
          JOIN pg_catalog.pg_proc AS p ON p.oid = d.refobjid
          JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
          WHERE n.nspname = ?
          ORDER BY 1, 2""";

  private static final String READERS =
      OBJECTS
          + """
          SELECT DISTINCT o.object || ' of ' || c.relname AS object
          FROM objects AS o
          JOIN pg_catalog.pg_class AS c ON c.oid = o.relation
          JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
          WHERE n.nspname = ? AND o.tree ~ ':funcid (2077|3294) '
          ORDER BY 1""";

  /** As {@link PlanNode#relation} has them. */
  private static final String INHERITED =
      """
      SELECT n.nspname || '.' || c.relname AS relation
      FROM pg_catalog.pg_class AS c
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname = ? AND NOT c.relispartition
        AND (c.relkind = 'p' OR c.relkind = 'r' AND c.relhassubclass)
      ORDER BY 1""";

  private ShardReader() {}

  /**
   * @param settingReaders what reads settings of the session: {@code policy own of orders}
   * @param nameSeekers functions without a search_path of their own, and what calls them
   * @param inherited tables with rows in other tables, as partitions
   */
  record ShardObjects(
      List<String> settingReaders, List<String> nameSeekers, List<String> inherited) {

    boolean readsSettings() {
      return !settingReaders.isEmpty();
    }
  }

  private record Called(String object, String name, boolean findsNoNames, boolean readsSettings) {}

  static ShardObjects read(Session shard, Identifier schema) {
    Set<String> readers = new LinkedHashSet<>();
    List<String> seekers = new ArrayList<>();
    shard.forEach(
        READERS, row -> readers.add(row.string("object")), ShardTrigger.PREFIX, schema.value());
    List<Called> called =
        shard.query(
            FUNCTIONS,
            row ->
                new Called(
                    row.string("object"),
                    row.string("function"),
                    row.bool("finds_no_names"),
                    row.bool("reads_settings")),
            ShardTrigger.PREFIX,
            schema.value());
    for (Called function : called) {
      if (function.readsSettings()) {
        readers.add(function.object());
      }
      if (function.findsNoNames()) {
        seekers.add(function.name() + " (" + function.object() + ")");
      }
    }
    return new ShardObjects(
        List.copyOf(readers),
        seekers,
        shard.query(INHERITED, row -> row.string("relation"), schema.value()));
  }
}
