-- Refreshes the tenants' materialized views: the same for ppp and for schedulers of the server's own. Idempotent.

-- How each rollup was refreshed last. Whoever refreshes it holds its row.
CREATE TABLE IF NOT EXISTS ppp.rollup (
  schema text NOT NULL,
  name text NOT NULL,
  -- the view that it was, and what the tables that it reads told before it was read
  view oid,
  signature text,
  changes numeric,
  -- when the refresh began: no older is what it shows
  refreshed_at timestamptz,
  took interval,
  -- CONCURRENTLY
  beside_readers boolean,
  failed_at timestamptz,
  error text,
  PRIMARY KEY (schema, name)
);

-- What rollups of a name read, and what the counters of these tables tell, which cost writers nothing.
--
-- in_of: names of tables in the rollup's own schema; NULL stands for those that its definition names, also by way of other
-- views, but not in functions.
--
-- A signature is another one after any change: rows that were written, and TRUNCATE, which makes a new file. It may be
-- another one without a change, after VACUUM FULL or when counters began anew, as they do after a crash.
CREATE OR REPLACE FUNCTION ppp.rollup_sources(in_name text, in_schemas text[], in_of text[])
RETURNS TABLE (schema text, view oid, kind text, signature text, changes numeric, sources integer)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET jit = off AS $$
  WITH RECURSIVE wanted AS MATERIALIZED (
    SELECT n.nspname, n.oid AS nsp, c.oid AS view, c.relkind
    FROM pg_namespace AS n
    JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = in_name
    WHERE n.nspname = ANY (in_schemas)
  ), source (view, oid) AS (
    SELECT w.view, c.oid FROM wanted AS w JOIN pg_class AS c ON c.relnamespace = w.nsp AND c.relname = ANY (in_of)
    UNION
    SELECT w.view, d.refobjid
    FROM wanted AS w
    JOIN pg_rewrite AS r ON r.ev_class = w.view
    JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
      AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> w.view
    WHERE in_of IS NULL
    UNION
    SELECT s.view, o.oid
    FROM source AS s
    CROSS JOIN LATERAL (
      SELECT i.inhrelid FROM pg_inherits AS i WHERE i.inhparent = s.oid
      UNION ALL
      SELECT d.refobjid
      FROM pg_class AS v
      JOIN pg_rewrite AS r ON r.ev_class = v.oid
      JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
        AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> v.oid
      WHERE v.oid = s.oid AND v.relkind = 'v') AS o (oid)
  ), told AS (
    SELECT s.view, c.oid, pg_relation_filenode(c.oid) AS file,
      pg_stat_get_tuples_inserted(c.oid) + pg_stat_get_tuples_updated(c.oid) + pg_stat_get_tuples_deleted(c.oid) AS changes
    FROM source AS s
    JOIN pg_class AS c ON c.oid = s.oid AND c.relkind IN ('r', 'm')
  )
  SELECT w.nspname, w.view, w.relkind::text,
    concat_ws(' ', md5(string_agg(concat_ws(':', t.oid, t.file, t.changes), ',' ORDER BY t.oid)),
      -- These are begun anew when all counters are.
      extract(epoch FROM pg_stat_get_bgwriter_stat_reset_time()),
      extract(epoch FROM pg_stat_get_db_stat_reset_time((SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())))),
    coalesce(sum(t.changes), 0), count(t.oid)::integer
  FROM wanted AS w
  LEFT JOIN told AS t ON t.view = w.view
  GROUP BY w.nspname, w.view, w.relkind
$$;

-- Whether REFRESH MATERIALIZED VIEW CONCURRENTLY can be used once the view has rows: that takes an index like this, and an
-- owner who may make temporary tables.
CREATE OR REPLACE FUNCTION ppp.refreshes_beside_readers(in_view oid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (
    SELECT FROM pg_index AS i
    JOIN pg_class AS c ON c.oid = i.indrelid
    WHERE i.indrelid = in_view AND i.indisunique AND i.indimmediate AND i.indisvalid AND i.indpred IS NULL
      AND 0 < ALL (i.indkey::int2[]) AND has_database_privilege(c.relowner, current_database(), 'TEMPORARY'))
$$;

-- Refreshes one rollup, in the caller's transaction, as the view's owner; not one that another session refreshes now.
-- The counters are read before the rows: whatever is committed in between, or told later, is a change for the next time.
CREATE OR REPLACE FUNCTION ppp.refresh_rollup(in_schema text, in_name text, in_of text[], only_changed boolean) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  the record;
  last ppp.rollup;
  began timestamptz;
  gently boolean;
BEGIN
  SELECT * INTO last FROM ppp.rollup AS r WHERE r.schema = in_schema AND r.name = in_name FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  PERFORM pg_stat_clear_snapshot();
  SELECT s.*, c.relispopulated, c.relowner::regrole AS owner INTO STRICT the
    FROM ppp.rollup_sources(in_name, ARRAY[in_schema], in_of) AS s JOIN pg_class AS c ON c.oid = s.view;
  IF only_changed AND the.relispopulated AND (last.view, last.signature) = (the.view, the.signature) THEN
    RETURN;
  END IF;
  gently := the.relispopulated AND ppp.refreshes_beside_readers(the.view);
  began := clock_timestamp();
  -- Readers wait behind who waits for a lock that keeps them out, so that may not take long.
  PERFORM set_config('lock_timeout', CASE WHEN gently THEN '10s' ELSE '200ms' END, true),
    set_config('search_path', quote_ident(in_schema) || ', pg_temp', true),
    set_config('role', (SELECT r.rolname FROM pg_roles AS r WHERE r.oid = the.owner), true);
  EXECUTE format('REFRESH MATERIALIZED VIEW %s %I.%I', CASE WHEN gently THEN 'CONCURRENTLY' ELSE '' END, in_schema, in_name);
  PERFORM set_config('role', 'none', true), set_config('search_path', 'pg_catalog, pg_temp', true);
  UPDATE ppp.rollup AS r
    SET view = the.view, signature = the.signature, changes = the.changes, refreshed_at = began,
      took = clock_timestamp() - began, beside_readers = gently, failed_at = NULL, error = NULL
    WHERE r.schema = in_schema AND r.name = in_name;
END $$;

-- Refreshes the rollups of a name, of all tenants that live here: each in a transaction of its own. What goes wrong with
-- one keeps no other from its turn, and is an error at the end. No settings are bound to it, since such a procedure can't
-- COMMIT.
--
-- only_changed: only where the tables may have changed since the last time.
-- in_schemas: only these tenants'.
CREATE OR REPLACE PROCEDURE ppp.refresh_rollups(
  in_name text, in_of text[] DEFAULT NULL, only_changed boolean DEFAULT false, in_schemas text[] DEFAULT NULL)
LANGUAGE plpgsql AS $$
DECLARE
  due text[];
  one text;
  tries integer;
  again boolean;
  failures text;
BEGIN
  -- In any other level the rows might be older than the counters.
  COMMIT;
  SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
  DELETE FROM ppp.rollup AS r
    WHERE r.name = in_name AND NOT EXISTS (SELECT FROM ppp.tenant AS t WHERE t.schema = r.schema);
  SELECT pg_catalog.array_agg(s.schema ORDER BY s.schema) INTO due
    FROM ppp.rollup_sources(in_name, (SELECT pg_catalog.array_agg(t.schema) FROM ppp.tenant AS t
      WHERE in_schemas IS NULL OR t.schema = ANY (in_schemas)), in_of) AS s
    JOIN pg_catalog.pg_class AS c ON c.oid = s.view
    LEFT JOIN ppp.rollup AS r ON r.schema = s.schema AND r.name = in_name
    WHERE s.kind = 'm' AND NOT (only_changed AND c.relispopulated
      AND coalesce((r.view, r.signature) = (s.view, s.signature), false));
  INSERT INTO ppp.rollup (schema, name) SELECT s, in_name FROM pg_catalog.unnest(due) AS s
    WHERE NOT EXISTS (SELECT FROM ppp.rollup AS r WHERE r.schema = s AND r.name = in_name)
    ON CONFLICT DO NOTHING;
  FOREACH one IN ARRAY coalesce(due, '{}') LOOP
    tries := 0;
    LOOP
      COMMIT;
      SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
      again := false;
      BEGIN
        PERFORM ppp.refresh_rollup(one, in_name, in_of, only_changed);
      EXCEPTION WHEN OTHERS THEN
        tries := tries + 1;
        again := SQLSTATE IN ('55P03', '40P01') AND tries < 30;
        IF again THEN
          PERFORM pg_catalog.pg_sleep(0.05 + 0.15 * pg_catalog.random());
        ELSE
          UPDATE ppp.rollup AS r SET failed_at = pg_catalog.clock_timestamp(), error = SQLERRM
            WHERE r.schema = one AND r.name = in_name;
          failures := pg_catalog.concat_ws(E'\n', failures, pg_catalog.format('%I.%I: %s', one, in_name, SQLERRM));
        END IF;
      END;
      EXIT WHEN NOT again;
    END LOOP;
  END LOOP;
  COMMIT;
  IF failures IS NOT NULL THEN
    RAISE EXCEPTION 'not all rollups are refreshed' USING DETAIL = failures;
  END IF;
END $$;

REVOKE EXECUTE ON FUNCTION ppp.rollup_sources(text, text[], text[]), ppp.refreshes_beside_readers(oid),
  ppp.refresh_rollup(text, text, text[], boolean) FROM PUBLIC;
REVOKE EXECUTE ON PROCEDURE ppp.refresh_rollups(text, text[], boolean, text[]) FROM PUBLIC;
