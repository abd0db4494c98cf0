package org.partitionproxy.catalog;

/** The query of {@link TableReader}, a row per table, put together of a subquery for each part. */
final class TableSql {

  /** Built-in functions that tell of the server or session that they run in. */
  private static final String TIED_FUNCTIONS =
      """
      p.pronamespace = 'pg_catalog'::pg_catalog.regnamespace
      AND p.proname IN ('nextval', 'currval', 'lastval', 'setval', 'current_setting',
        'current_database', 'version', 'txid_current', 'pg_current_xact_id', 'pg_backend_pid',
        'inet_client_addr', 'inet_client_port', 'inet_server_addr', 'inet_server_port',
        'pg_postmaster_start_time', 'pg_current_wal_lsn', 'pg_current_wal_insert_lsn')""";

  private static final String ACL =
      AclReader.GRANTS + "c.relacl" + AclReader.BESIDES + "c.relowner)";

  /** "t" for NOT NULL; identity; generated; default; the identity's sequence; the number. */
  private static final String COLUMNS =
      ColumnSql.ARRAY
          + """
            ,
            CASE WHEN a.attnotnull THEN 't' ELSE 'f' END, a.attidentity, a.attgenerated,
            pg_catalog.pg_get_expr(ad.adbin, ad.adrelid), s.schema, s.name, a.attnum"""
          + ColumnSql.FROM
          + """
            LEFT JOIN pg_catalog.pg_attrdef AS ad
              ON a.atthasdef AND ad.adrelid = a.attrelid AND ad.adnum = a.attnum
            LEFT JOIN LATERAL (
              SELECT sn.nspname AS schema, sc.relname AS name
              FROM pg_catalog.pg_depend AS d
              JOIN pg_catalog.pg_class AS sc ON sc.oid = d.objid AND sc.relkind = 'S'
              JOIN pg_catalog.pg_namespace AS sn ON sn.oid = sc.relnamespace
              WHERE a.attidentity <> '' AND d.deptype = 'i'
                AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
                AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum
                AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
              LIMIT 1) AS s ON true
            """
          + ColumnSql.OF
          + "c.oid)";

  /**
   * What defaults are bound to, a row each: column's number; schema and name of a sequence; name of
   * an extension; what else it is. Of their dependencies (built-in objects have none), and of
   * functions, which the expression as PostgreSQL keeps it names by number. The array holds a
   * planner that knows no statistics of new catalogs to the index.
   */
  private static final String USES =
      """
      (SELECT pg_catalog.array_agg(ARRAY[u.number, u.schema, u.sequence, u.extension, u.tie]::text[]
         ORDER BY u.tie)
       FROM (
         SELECT ad.adnum AS number, sn.nspname AS schema, sc.relname AS sequence,
           x.extname AS extension,
           pg_catalog.pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid) AS tie
         FROM pg_catalog.pg_depend AS d
         JOIN pg_catalog.pg_attrdef AS ad ON ad.oid = d.objid
         LEFT JOIN pg_catalog.pg_class AS sc
           ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
           AND sc.oid = d.refobjid AND sc.relkind = 'S'
         LEFT JOIN pg_catalog.pg_namespace AS sn ON sn.oid = sc.relnamespace
         LEFT JOIN pg_catalog.pg_depend AS m
           ON m.classid = d.refclassid AND m.objid = d.refobjid AND m.deptype = 'e'
         LEFT JOIN pg_catalog.pg_extension AS x ON x.oid = m.refobjid
         WHERE d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.deptype = 'n'
           AND d.objid = ANY (ARRAY(
             SELECT own.oid FROM pg_catalog.pg_attrdef AS own WHERE own.adrelid = c.oid))
           AND (x.oid IS NOT NULL
             OR d.refclassid NOT IN ('pg_catalog.pg_type'::pg_catalog.regclass,
               'pg_catalog.pg_collation'::pg_catalog.regclass))
         UNION ALL
         SELECT DISTINCT ad.adnum, NULL::name, NULL::name, NULL::name,
           'function ' || p.proname || '()'
         FROM pg_catalog.pg_attrdef AS ad
         CROSS JOIN LATERAL
           pg_catalog.regexp_matches(ad.adbin::text, ':funcid (\\d+)', 'g') AS used (oid)
         JOIN pg_catalog.pg_proc AS p ON p.oid = used.oid[1]::pg_catalog.oid
         WHERE ad.adrelid = c.oid AND
      """
          + TIED_FUNCTIONS
          + """
           AND ad.adbin::text ~ (
             SELECT ':funcid (' || pg_catalog.string_agg(p.oid::text, '|') || ') '
             FROM pg_catalog.pg_proc AS p
             WHERE
      """
          + TIED_FUNCTIONS
          + ")) AS u)";

  /** Of the table, with NULL for the column, and its columns. */
  private static final String COMMENTS =
      """
      (SELECT pg_catalog.array_agg(ARRAY[a.attname, d.description]::text[])
       FROM pg_catalog.pg_description AS d
       LEFT JOIN pg_catalog.pg_attribute AS a
         ON d.objsubid > 0 AND a.attrelid = d.objoid AND a.attnum = d.objsubid
       WHERE d.objoid = c.oid AND d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass)""";

  /** A row for each of their columns, in order. */
  private static final String KEYS =
      """
      (SELECT pg_catalog.array_agg(ARRAY[k.conname, k.contype, pg_catalog.pg_get_constraintdef(k.oid),
           a.attname, fn.nspname, fc.relname, fa.attname]::text[]
         ORDER BY k.contype <> 'p', k.conname, u.position)
       FROM pg_catalog.pg_constraint AS k
       CROSS JOIN LATERAL ROWS FROM (
         pg_catalog.unnest(k.conkey), pg_catalog.unnest(k.confkey))
         WITH ORDINALITY AS u (number, referenced, position)
       JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = u.number
       LEFT JOIN pg_catalog.pg_class AS fc ON k.contype = 'f' AND fc.oid = k.confrelid
       LEFT JOIN pg_catalog.pg_namespace AS fn ON fn.oid = fc.relnamespace
       LEFT JOIN pg_catalog.pg_attribute AS fa
         ON fa.attrelid = fc.oid AND fa.attnum = u.referenced
       WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'f') AND k.conparentid = 0)""";

  /**
   * Of the schemas in an array: all but columns etc. is of {@code pg_class}. {@code IS TRUE} keeps
   * IN a test by hash: a planner that knows no statistics of new catalogs would make a join of it
   * that compares each table with each schema.
   */
  static final String TABLES =
      """
      WITH wanted AS MATERIALIZED (
        SELECT n.oid, n.nspname FROM pg_catalog.pg_namespace AS n WHERE n.nspname = ANY (?))
      SELECT n.nspname, c.relname, c.relkind, f.srvname, f.ftoptions,
        c.relkind = 'p' OR c.relkind = 'r' AND c.relhassubclass AS inherited,
        CASE
          WHEN c.relkind NOT IN ('r', 'm', 'p') THEN 0
          WHEN c.relkind = 'p' THEN
            (SELECT coalesce(pg_catalog.sum(pg_catalog.pg_relation_size(p.relid)), 0)::bigint
             FROM pg_catalog.pg_partition_tree(c.oid) AS p)
          ELSE coalesce(pg_catalog.pg_relation_size(c.oid), 0)
        END AS bytes,
      """
          + ACL
          + " AS acl, "
          + COLUMNS
          + " AS columns, "
          + USES
          + " AS uses, "
          + COMMENTS
          + " AS comments, CASE WHEN c.relkind IN ('r', 'p') THEN "
          + KEYS
          + """
             END AS keys
      FROM pg_catalog.pg_class AS c
      JOIN wanted AS n ON n.oid = c.relnamespace
      LEFT JOIN (
        SELECT ft.ftrelid, ft.ftoptions, s.srvname
        FROM pg_catalog.pg_foreign_table AS ft
        JOIN pg_catalog.pg_foreign_server AS s ON s.oid = ft.ftserver) AS f ON f.ftrelid = c.oid
      WHERE (c.relnamespace IN (SELECT w.oid FROM wanted AS w)) IS TRUE
        AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
        AND NOT c.relispartition
      ORDER BY n.nspname, c.relname""";

  private TableSql() {}
}
