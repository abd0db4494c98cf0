package org.partitionproxy.catalog;

/** The queries of {@link DependentReader}. */
final class DependentSql {

  /**
   * The tables themselves, and views over them, by what depends on what: tables and types, their
   * row types, array types and multiranges, and the rules of SELECT that make a relation a view.
   */
  static final String RELATIONS =
      """
      WITH RECURSIVE root AS (
        SELECT pg_catalog.to_regclass(r.name)::pg_catalog.oid AS relation,
          pg_catalog.to_regtype(r.name)::pg_catalog.oid AS type,
          nullif(r.attribute, '') AS attribute
        FROM ROWS FROM (pg_catalog.unnest(?::text[]), pg_catalog.unnest(?::text[]))
          AS r (name, attribute)),
      shown (class, oid, depth) AS (
        SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid, r.relation, 0
        FROM root AS r
        WHERE r.attribute IS NULL AND r.relation IS NOT NULL
        UNION
        SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, r.type, 0
        FROM root AS r
        WHERE r.attribute IS NULL AND r.type IS NOT NULL
        UNION
        SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, w.ev_class, 1
        FROM root AS r
        JOIN pg_catalog.pg_attribute AS a
          ON a.attrelid = r.relation AND a.attname = r.attribute AND NOT a.attisdropped
        JOIN pg_catalog.pg_depend AS d
          ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
          AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum
          AND d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
        JOIN pg_catalog.pg_rewrite AS w
          ON w.oid = d.objid AND w.ev_type = '1' AND w.ev_class <> a.attrelid
        UNION
        SELECT
          CASE WHEN w.oid IS NULL THEN d.classid
            ELSE 'pg_catalog.pg_class'::pg_catalog.regclass END,
          coalesce(w.ev_class, d.objid),
          s.depth + (w.oid IS NOT NULL)::int
        FROM shown AS s
        JOIN pg_catalog.pg_depend AS d ON d.refclassid = s.class AND d.refobjid = s.oid
        LEFT JOIN pg_catalog.pg_rewrite AS w
          ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND w.oid = d.objid
          AND w.ev_type = '1' AND w.ev_class <> s.oid
        WHERE w.oid IS NOT NULL
          OR (d.deptype = 'i' AND d.classid = 'pg_catalog.pg_type'::pg_catalog.regclass))
      SELECT c.oid::text AS oid, n.nspname, c.relname, c.relkind, c.relispopulated
      FROM shown AS s
      JOIN pg_catalog.pg_class AS c ON c.oid = s.oid AND c.relkind IN ('v', 'm', 'f')
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      WHERE s.class = 'pg_catalog.pg_class'::pg_catalog.regclass
      GROUP BY c.oid, n.nspname, c.relname, c.relkind, c.relispopulated
      ORDER BY pg_catalog.max(s.depth), n.nspname, c.relname""";

  /** Relation, place and part give the order of its statements; those of place 0 are obstacles. */
  private static final String KEPT =
      """
      WITH kept AS (
        SELECT c.*, pg_catalog.format('%I.%I', n.nspname, c.relname) AS name
        FROM pg_catalog.pg_class AS c
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.oid = ANY (?::text[]::pg_catalog.oid[])),
      step (oid, place, part, statement) AS (
      """;

  private static final String DEFINITIONS =
      """
      SELECT k.oid, 10, 0, pg_catalog.format('CREATE %s %s%s%s%s AS %s%s',
        CASE k.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END,
        k.name,
        ' USING ' || pg_catalog.quote_ident(am.amname),
        ' WITH (' || (
          SELECT pg_catalog.string_agg(pg_catalog.format('%s=%L',
            pg_catalog.split_part(o.option, '=', 1),
            pg_catalog.substr(o.option, pg_catalog.strpos(o.option, '=') + 1)), ', ')
          FROM pg_catalog.unnest(k.reloptions) AS o (option)) || ')',
        ' TABLESPACE ' || pg_catalog.quote_ident(ts.spcname),
        pg_catalog.rtrim(pg_catalog.pg_get_viewdef(k.oid), ';'),
        CASE k.relkind WHEN 'm' THEN ' WITH NO DATA' END)
      FROM kept AS k
      LEFT JOIN pg_catalog.pg_am AS am ON am.oid = k.relam
      LEFT JOIN pg_catalog.pg_tablespace AS ts ON ts.oid = k.reltablespace
      WHERE k.relkind IN ('v', 'm')
      UNION ALL
      SELECT k.oid, 11, 0, pg_catalog.format('ALTER TABLE %s OWNER TO %I',
        k.name, pg_catalog.pg_get_userbyid(k.relowner))
      FROM kept AS k
      WHERE k.relkind IN ('v', 'm')
      """;

  /** How a materialized view's columns are stored, and what a view's columns take by default. */
  private static final String COLUMNS =
      """
      UNION ALL
      SELECT k.oid, 20, a.attnum::int,
        pg_catalog.format('ALTER TABLE %s ALTER COLUMN %I %s', k.name, a.attname, s.action)
      FROM kept AS k
      JOIN pg_catalog.pg_attribute AS a
        ON a.attrelid = k.oid AND a.attnum > 0 AND NOT a.attisdropped
      JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
      LEFT JOIN pg_catalog.pg_attrdef AS e ON e.adrelid = a.attrelid AND e.adnum = a.attnum
      CROSS JOIN LATERAL (VALUES
        (k.relkind = 'v', 'SET DEFAULT ' || pg_catalog.pg_get_expr(e.adbin, e.adrelid)),
        (k.relkind = 'm' AND a.attstattarget >= 0, 'SET STATISTICS ' || a.attstattarget),
        (k.relkind = 'm', 'SET (' || pg_catalog.array_to_string(a.attoptions, ', ') || ')'),
        (k.relkind = 'm' AND a.attstorage <> t.typstorage,
          'SET STORAGE ' || CASE a.attstorage
            WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN'
            ELSE 'EXTENDED' END),
        (k.relkind = 'm' AND a.attcompression <> '',
          'SET COMPRESSION ' || CASE a.attcompression WHEN 'l' THEN 'lz4' ELSE 'pglz' END)
        ) AS s (there, action)
      WHERE s.there AND s.action IS NOT NULL
      """;

  /** What others gave to a foreign table; a column of it may be gone when it is made again. */
  private static final String FOREIGN_TABLES =
      """
      UNION ALL
      SELECT k.oid, 30, 0,
        pg_catalog.format('ALTER FOREIGN TABLE %s OPTIONS (ADD %I %L)',
          k.name, o.option_name, o.option_value)
      FROM kept AS k
      JOIN pg_catalog.pg_foreign_table AS f ON f.ftrelid = k.oid
      CROSS JOIN LATERAL pg_catalog.pg_options_to_table(f.ftoptions) AS o
      WHERE o.option_name NOT IN ('schema_name', 'table_name')
      UNION ALL
      SELECT k.oid, 31, 0, pg_catalog.format('ALTER TABLE %s ADD CONSTRAINT %I %s',
        k.name, c.conname, pg_catalog.pg_get_constraintdef(c.oid))
      FROM kept AS k
      JOIN pg_catalog.pg_constraint AS c ON c.conrelid = k.oid AND c.contype = 'c'
      WHERE k.relkind = 'f'
      UNION ALL
      SELECT k.oid, 32, a.attnum::int, pg_catalog.format('DO %L', pg_catalog.format(
        'BEGIN IF EXISTS (SELECT FROM pg_catalog.pg_attribute WHERE attrelid = '
        '%L::pg_catalog.regclass AND attname = %L AND NOT attisdropped) '
        'THEN ALTER FOREIGN TABLE %s ALTER COLUMN %I OPTIONS (ADD %I %L); END IF; END',
        k.name, a.attname, k.name, a.attname, o.option_name, o.option_value))
      FROM kept AS k
      JOIN pg_catalog.pg_attribute AS a
        ON a.attrelid = k.oid AND a.attnum > 0 AND NOT a.attisdropped
      CROSS JOIN LATERAL pg_catalog.pg_options_to_table(a.attfdwoptions) AS o
      WHERE k.relkind = 'f'
      """;

  private static final String PARTS =
      """
      UNION ALL
      SELECT k.oid, 40, 0, pg_catalog.pg_get_indexdef(i.indexrelid)
      FROM kept AS k
      JOIN pg_catalog.pg_index AS i ON i.indrelid = k.oid
      UNION ALL
      SELECT k.oid, 41, 0, pg_catalog.format('ALTER INDEX %s SET TABLESPACE %I',
        i.indexrelid::pg_catalog.regclass, ts.spcname)
      FROM kept AS k
      JOIN pg_catalog.pg_index AS i ON i.indrelid = k.oid
      JOIN pg_catalog.pg_class AS x ON x.oid = i.indexrelid
      JOIN pg_catalog.pg_tablespace AS ts ON ts.oid = x.reltablespace
      UNION ALL
      SELECT k.oid, 42, 0, pg_catalog.format('ALTER TABLE %s CLUSTER ON %I', k.name, x.relname)
      FROM kept AS k
      JOIN pg_catalog.pg_index AS i ON i.indrelid = k.oid AND i.indisclustered
      JOIN pg_catalog.pg_class AS x ON x.oid = i.indexrelid
      UNION ALL
      SELECT k.oid, 43, 0, pg_catalog.rtrim(pg_catalog.pg_get_ruledef(w.oid), ';')
      FROM kept AS k
      JOIN pg_catalog.pg_rewrite AS w ON w.ev_class = k.oid AND w.ev_type <> '1'
      UNION ALL
      SELECT k.oid, 44, 0, pg_catalog.pg_get_triggerdef(g.oid)
      FROM kept AS k
      JOIN pg_catalog.pg_trigger AS g ON g.tgrelid = k.oid AND NOT g.tgisinternal
      UNION ALL
      SELECT k.oid, 45, 0, pg_catalog.format('ALTER TABLE %s %s TRIGGER %I', k.name,
        CASE g.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA'
          ELSE 'ENABLE ALWAYS' END, g.tgname)
      FROM kept AS k
      JOIN pg_catalog.pg_trigger AS g
        ON g.tgrelid = k.oid AND NOT g.tgisinternal AND g.tgenabled <> 'O'
      """;

  private static final String COMMENTS =
      """
      UNION ALL
      SELECT k.oid, 50, d.objsubid, pg_catalog.format('COMMENT ON %s IS %L',
        CASE WHEN d.objsubid > 0
          THEN pg_catalog.format('COLUMN %s.%I', k.name, a.attname)
          ELSE CASE k.relkind WHEN 'm' THEN 'MATERIALIZED ' ELSE '' END || 'VIEW ' || k.name END,
        d.description)
      FROM kept AS k
      JOIN pg_catalog.pg_description AS d
        ON d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objoid = k.oid
      LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.oid AND a.attnum = d.objsubid
      WHERE k.relkind <> 'f'
      UNION ALL
      SELECT k.oid, 51, 0, pg_catalog.format('COMMENT ON %s IS %L', o.what, d.description)
      FROM kept AS k
      CROSS JOIN LATERAL (
        SELECT g.oid, pg_catalog.format('TRIGGER %I ON %s', g.tgname, k.name) AS what,
          'pg_catalog.pg_trigger'::pg_catalog.regclass AS class
        FROM pg_catalog.pg_trigger AS g WHERE g.tgrelid = k.oid
        UNION ALL
        SELECT w.oid, pg_catalog.format('RULE %I ON %s', w.rulename, k.name),
          'pg_catalog.pg_rewrite'::pg_catalog.regclass
        FROM pg_catalog.pg_rewrite AS w WHERE w.ev_class = k.oid
        UNION ALL
        SELECT c.oid, pg_catalog.format('CONSTRAINT %I ON %s', c.conname, k.name),
          'pg_catalog.pg_constraint'::pg_catalog.regclass
        FROM pg_catalog.pg_constraint AS c WHERE c.conrelid = k.oid AND c.contype = 'c'
        UNION ALL
        SELECT i.indexrelid, 'INDEX ' || i.indexrelid::pg_catalog.regclass,
          'pg_catalog.pg_class'::pg_catalog.regclass
        FROM pg_catalog.pg_index AS i WHERE i.indrelid = k.oid) AS o (oid, what, class)
      JOIN pg_catalog.pg_description AS d ON d.classoid = o.class AND d.objoid = o.oid
      """;

  /**
   * A view that is made by the superuser begins with the superuser's default privileges. Whoever
   * gave a right on gives it again. Of a foreign table only what ppp does not rule: the parameter
   * is whom it does. A superuser's GRANT counts as the owner's.
   *
   * @see <a href="https://www.postgresql.org/docs/18/sql-grant.html">GRANT</a>
   */
  private static final String GRANTS =
      """
      UNION ALL
      SELECT DISTINCT k.oid, 60, 0, pg_catalog.format('REVOKE ALL ON %s FROM %s', k.name,
        CASE g.grantee WHEN 0 THEN 'PUBLIC'
          ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(g.grantee)) END)
      FROM kept AS k
      CROSS JOIN LATERAL (
        SELECT k.relowner AS grantee WHERE k.relacl IS NOT NULL
        UNION ALL
        SELECT e.grantee
        FROM pg_catalog.pg_default_acl AS d
        CROSS JOIN LATERAL pg_catalog.aclexplode(d.defaclacl) AS e
        WHERE d.defaclrole = (SELECT r.oid FROM pg_catalog.pg_roles AS r
            WHERE r.rolname = CURRENT_USER)
          AND d.defaclobjtype = 'r' AND d.defaclnamespace IN (0, k.relnamespace)
          AND e.grantee <> d.defaclrole) AS g (grantee)
      WHERE k.relkind <> 'f'
      UNION ALL
      SELECT k.oid, 61, g.part::int,
        CASE
          WHEN k.relkind = 'f' AND g.attribute IS NOT NULL THEN
            pg_catalog.format('DO %L', pg_catalog.format(
              'BEGIN IF EXISTS (SELECT FROM pg_catalog.pg_attribute WHERE attrelid = '
              '%L::pg_catalog.regclass AND attname = %L AND NOT attisdropped) '
              'THEN %s; END IF; END', k.name, g.attribute, s.statement))
          ELSE s.statement END
      FROM kept AS k
      CROSS JOIN LATERAL (
        SELECT e.*, NULL::name, e.ordinality
        FROM pg_catalog.aclexplode(k.relacl) WITH ORDINALITY AS e
        UNION ALL
        SELECT e.*, a.attname, 1000 * a.attnum + e.ordinality
        FROM pg_catalog.pg_attribute AS a
        CROSS JOIN LATERAL pg_catalog.aclexplode(a.attacl) WITH ORDINALITY AS e
        WHERE a.attrelid = k.oid AND a.attnum > 0 AND NOT a.attisdropped
        ) AS g (grantor, grantee, privilege_type, is_grantable, number, attribute, part)
      CROSS JOIN LATERAL (SELECT pg_catalog.format('%sGRANT %s%s ON %s TO %s%s%s',
        CASE WHEN g.grantor <> k.relowner THEN pg_catalog.format('SET LOCAL ROLE %I; ',
          pg_catalog.pg_get_userbyid(g.grantor)) END,
        g.privilege_type,
        ' (' || pg_catalog.quote_ident(g.attribute) || ')',
        k.name,
        CASE g.grantee WHEN 0 THEN 'PUBLIC'
          ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(g.grantee)) END,
        CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' END,
        CASE WHEN g.grantor <> k.relowner THEN '; RESET ROLE' END)) AS s (statement)
      WHERE k.relkind <> 'f' OR g.attribute IS NOT NULL
        OR (g.grantee NOT IN (0, k.relowner)
          AND NOT pg_catalog.pg_get_userbyid(g.grantee) = ANY (?::text[]))
      """;

  private static final String OBSTACLES =
      """
      UNION ALL
      SELECT k.oid, 0, 0, 'it is another session''s temporary view'
      FROM kept AS k
      WHERE k.relpersistence = 't'
      UNION ALL
      SELECT k.oid, 0, 0, 'it has a security label of provider ' || l.provider
      FROM kept AS k
      JOIN pg_catalog.pg_seclabel AS l
        ON l.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND l.objoid = k.oid
      UNION ALL
      SELECT k.oid, 0, 0, 'it has statistics object ' || pg_catalog.quote_ident(x.stxname)
      FROM kept AS k
      JOIN pg_catalog.pg_statistic_ext AS x ON x.stxrelid = k.oid
      UNION ALL
      SELECT k.oid, 0, 0, 'it is a part of ' || i.inhparent::pg_catalog.regclass
      FROM kept AS k
      JOIN pg_catalog.pg_inherits AS i ON i.inhrelid = k.oid
      UNION ALL
      SELECT k.oid, 0, 0, 'it is tied to an extension'
      FROM kept AS k
      JOIN pg_catalog.pg_depend AS d
        ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = k.oid
        AND d.deptype IN ('e', 'x')
      UNION ALL
      SELECT k.oid, 0, 0, 'it has options of its toast table'
      FROM kept AS k
      JOIN pg_catalog.pg_class AS t ON t.oid = k.reltoastrelid AND t.reloptions IS NOT NULL
      )
      SELECT DISTINCT s.oid::text AS oid, s.place, s.part, s.statement
      FROM step AS s
      ORDER BY s.place, s.part, s.statement""";

  /** All of {@link #KEPT}: with place 0 what can't be made again, else how it is, in order. */
  static final String STATEMENTS =
      KEPT + DEFINITIONS + COLUMNS + FOREIGN_TABLES + PARTS + COMMENTS + GRANTS + OBSTACLES;

  private DependentSql() {}
}
