package org.partitionproxy.catalog;

import org.partitionproxy.db.Row;
import org.partitionproxy.db.Session;
import org.partitionproxy.state.PublicRights;

/**
 * Reads which of PostgreSQL's own views and functions still tell one tenant of another. Each
 * database has its own copy of these privileges.
 *
 * <p>Columns of {@code pg_class} ({@code reltuples}), names and definitions can't be hidden: every
 * client needs those catalogs.
 */
public final class PublicRightsReader {

  /** Sessions, locks, settings, ways to shards, and how much others read and write. */
  private static final String RELATIONS =
      """
      SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) AS name
      FROM pg_catalog.pg_class AS c
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'v')
        AND pg_catalog.has_table_privilege('public', c.oid, 'SELECT')
        AND (n.nspname = 'pg_catalog'
            AND (c.relname IN ('pg_db_role_setting', 'pg_foreign_data_wrapper',
                'pg_foreign_server', 'pg_foreign_table', 'pg_largeobject_metadata', 'pg_locks',
                'pg_prepared_xacts', 'pg_stat_activity', 'pg_user_mappings')
              OR c.relname ~ '^pg_stat(io)?_(xact_)?(all|sys|user)_')
          OR EXISTS (
            SELECT FROM pg_catalog.pg_depend AS d
            JOIN pg_catalog.pg_extension AS e ON e.oid = d.refobjid
            WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid
              AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
              AND d.deptype = 'e' AND e.extname = 'pg_stat_statements'))
      ORDER BY name""";

  /**
   * What those views are made of, since a view's functions can be called without it; what writes
   * into a replication stream that all tenants share; and on the veneer what would act there
   * instead of on the tenant's shard.
   */
  private static final String FUNCTIONS =
      """
      SELECT pg_catalog.format('%I.%I(%s)', n.nspname, p.proname,
          (SELECT pg_catalog.string_agg(pg_catalog.format_type(a.type, NULL), ', ' ORDER BY a.place)
           FROM pg_catalog.unnest(p.proargtypes) WITH ORDINALITY AS a (type, place))) AS name
      FROM pg_catalog.pg_proc AS p
      JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
      WHERE pg_catalog.has_function_privilege('public', p.oid, 'EXECUTE')
        AND (n.nspname = 'pg_catalog'
            AND (p.proname IN ('pg_blocking_pids', 'pg_lock_status', 'pg_logical_emit_message',
                'pg_prepared_xact', 'pg_safe_snapshot_blocking_pids', 'pg_stat_get_activity')
              OR p.proname LIKE 'pg\\_stat\\_get\\_backend\\_%'
              OR p.proargtypes = '26'::pg_catalog.oidvector
                AND p.proname LIKE 'pg\\_stat\\_get\\_%'
                AND p.proname NOT LIKE 'pg\\_stat\\_get\\_db\\_%'
                AND p.proname NOT LIKE 'pg\\_stat\\_get\\_subscription%'
              OR ? AND (p.proname LIKE 'lo\\_%'
                OR p.proname IN ('loread', 'lowrite', 'pg_export_snapshot', 'pg_notify')))
          OR EXISTS (
            SELECT FROM pg_catalog.pg_depend AS d
            JOIN pg_catalog.pg_extension AS e ON e.oid = d.refobjid
            WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid
              AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
              AND d.deptype = 'e' AND e.extname IN ('dblink', 'pg_stat_statements')))
      ORDER BY name""";

  /** psql's {@code \\d} of a foreign table reads all three. */
  private static final String CATALOG_READERS =
      """
      SELECT r.rolname
      FROM pg_catalog.pg_class AS c
      CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) AS a
      JOIN pg_catalog.pg_roles AS r ON r.oid = a.grantee
      WHERE c.oid IN ('pg_catalog.pg_foreign_data_wrapper'::pg_catalog.regclass,
          'pg_catalog.pg_foreign_server'::pg_catalog.regclass,
          'pg_catalog.pg_foreign_table'::pg_catalog.regclass)
        AND a.privilege_type = 'SELECT'
      GROUP BY r.rolname
      HAVING count(DISTINCT c.oid) = 3
      ORDER BY r.rolname""";

  /**
   * @param veneer whether the session's database is the veneer's
   */
  public PublicRights read(Session session, boolean veneer) {
    return new PublicRights(
        session.query(RELATIONS, PublicRightsReader::name),
        session.query(FUNCTIONS, PublicRightsReader::name, veneer),
        session.query(CATALOG_READERS, row -> row.identifier("rolname")));
  }

  private static String name(Row row) {
    return row.string("name");
  }
}
