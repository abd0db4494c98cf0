-- What partitions there are, what policies want of them, and what was taken away. Idempotent; partitions.sql comes first.

-- Partitions that were retired, noted before that begins: so the next run finishes what was interrupted, and a table that
-- is detached and kept is not forgotten.
CREATE TABLE IF NOT EXISTS ppp.retired_partition (
  relation oid PRIMARY KEY,
  name text NOT NULL,
  parent_schema text NOT NULL,
  parent_name text NOT NULL,
  lower text NOT NULL,
  upper text NOT NULL,
  upper_position numeric NOT NULL,
  -- as in ppp.partition_policy
  retire text NOT NULL,
  noted_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- The end of the last range that should be there: that of the present position, and so many more.
CREATE OR REPLACE FUNCTION ppp.range_horizon(step bigint, unit text, zone text, pos numeric, ahead integer) RETURNS numeric
LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  horizon numeric := ppp.range_start(step, unit, zone, pos);
BEGIN
  FOR i IN 0 .. ahead LOOP
    horizon := ppp.range_end(step, unit, zone, horizon);
  END LOOP;
  RETURN horizon;
END $$;

-- All partitioned tables of these schemas with all their partitions, a row each, one of a table without any, and one of
-- a policy whose table is not partitioned so. The calendar is asked once for each distinct policy.
--
-- sized: whether sizes are measured on disk.
CREATE OR REPLACE FUNCTION ppp.partition_state(in_schemas text[], at timestamptz, sized boolean)
RETURNS TABLE (
  schema text, name text, strategy text, key text, policy boolean, fits boolean, timed boolean, ahead integer, retire text,
  present text, horizon text, kept_since text, kept_from text,
  partition oid, partition_schema text, partition_name text, bound text, lower text, upper text,
  lower_position text, upper_position text, is_default boolean, is_detaching boolean, rows bigint, bytes bigint)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' SET jit = off AS $$
  WITH parent AS MATERIALIZED (
    SELECT c.oid, n.nspname, c.relname, p.partstrat, a.attname, a.atttypid, p.partdefid,
      p.partstrat = 'r' AND p.partnatts = 1 AND a.attname IS NOT NULL AS plain
    FROM pg_partitioned_table AS p
    JOIN pg_class AS c ON c.oid = p.partrelid
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = p.partattrs[0]
    WHERE n.nspname = ANY (in_schemas)
  ), governed AS MATERIALIZED (
    SELECT t.*, l AS policy, coalesce(t.nspname, l.schema) AS in_schema, coalesce(t.relname, l.name) AS in_name,
      coalesce(t.plain AND t.attname = l.key, false) AS fits,
      CASE WHEN t.atttypid IN ('timestamp'::regtype, 'date'::regtype) THEN 'UTC' ELSE l.zone END AS zone
    FROM parent AS t
    FULL JOIN ppp.partition_policy AS l ON l.schema = t.nspname AND l.name = t.relname
    WHERE coalesce(t.nspname, l.schema) = ANY (in_schemas)
  ), kind AS MATERIALIZED (
    SELECT DISTINCT ON ((g.policy).step, (g.policy).unit, (g.policy).zone, g.zone, (g.policy).ahead, (g.policy).keep)
      (g.policy).step, (g.policy).unit, (g.policy).zone AS wanted_zone, g.zone, (g.policy).ahead, (g.policy).keep, g.policy,
      extract(epoch FROM CASE WHEN g.zone = (g.policy).zone THEN at
        ELSE at AT TIME ZONE (g.policy).zone AT TIME ZONE 'UTC' END) AS present
    FROM governed AS g
    WHERE g.fits AND (g.policy).unit <> 'number'
    ORDER BY 1, 2, 3, 4, 5, 6
  ), clock AS MATERIALIZED (
    SELECT k.*, ppp.range_horizon(k.step, k.unit, k.zone, k.present, k.ahead) AS horizon, s.kept_since,
      ppp.range_start(k.step, k.unit, k.zone, s.kept_since) AS kept_from
    FROM kind AS k
    CROSS JOIN LATERAL (SELECT ppp.kept_since(k.policy, k.zone, k.present) OFFSET 0) AS s (kept_since)
  ), counted AS MATERIALIZED (
    SELECT g.oid, s.present, k.kept_since, ppp.range_start((g.policy).step, 'number', 'UTC', k.kept_since) AS kept_from,
      ppp.range_horizon((g.policy).step, 'number', 'UTC', s.present, (g.policy).ahead) AS horizon
    FROM governed AS g
    CROSS JOIN LATERAL ppp.partitioning(g.policy, at) AS s
    CROSS JOIN LATERAL (SELECT ppp.kept_since(g.policy, 'UTC', s.present) OFFSET 0) AS k (kept_since)
    WHERE g.fits AND (g.policy).unit = 'number'
  ), part AS MATERIALIZED (
    SELECT i.inhparent, c.oid, n.nspname, c.relname, c.relkind, c.relpages, c.reltuples, i.inhdetachpending,
      pg_get_expr(c.relpartbound, 0) AS bound
    FROM parent AS t
    JOIN pg_inherits AS i ON i.inhparent = t.oid
    JOIN pg_class AS c ON c.oid = i.inhrelid
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
  ), placed AS (
    SELECT g.*, p.oid AS part, p.nspname AS part_schema, p.relname AS part_name, p.relkind, p.bound, p.inhdetachpending,
      p.reltuples, p.relpages,
      CASE WHEN g.plain AND p.oid <> g.partdefid THEN ppp.range_ends(p.bound) END AS range,
      g.atttypid IN ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype, 'uuid'::regtype, 'int2'::regtype,
        'int4'::regtype, 'int8'::regtype, 'numeric'::regtype) AS ordered
    FROM governed AS g LEFT JOIN part AS p ON p.inhparent = g.oid
    OFFSET 0
  )
  SELECT p.in_schema, p.in_name,
    CASE p.partstrat WHEN 'r' THEN 'range' WHEN 'l' THEN 'list' WHEN 'h' THEN 'hash' ELSE 'none' END,
    CASE WHEN p.oid IS NULL THEN (p.policy).key WHEN p.plain THEN quote_ident(p.attname)
      ELSE regexp_replace(pg_get_partkeydef(p.oid), '^\w+ \((.*)\)$', '\1') END,
    (p.policy).name IS NOT NULL, p.fits,
    coalesce((p.policy).unit <> 'number', p.atttypid IN ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype), false),
    (p.policy).ahead, (p.policy).retire,
    coalesce(c.present, s.present,
      CASE WHEN p.atttypid IN ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype)
        THEN extract(epoch FROM at) END)::text,
    coalesce(c.horizon, s.horizon)::text, coalesce(c.kept_since, s.kept_since)::text,
    coalesce(c.kept_from, s.kept_from)::text,
    p.part, p.part_schema, p.part_name, p.bound, p.range[1], p.range[2],
    CASE WHEN p.ordered THEN ppp.bound_position(p.atttypid, coalesce((p.policy).encoding, 'number'), p.range[1])::text END,
    CASE WHEN p.ordered THEN ppp.bound_position(p.atttypid, coalesce((p.policy).encoding, 'number'), p.range[2])::text END,
    p.part = p.partdefid, p.inhdetachpending, p.reltuples::bigint,
    CASE WHEN sized THEN pg_total_relation_size(p.part) ELSE p.relpages::bigint * current_setting('block_size')::bigint END
  FROM placed AS p
  LEFT JOIN clock AS c ON p.fits AND c.step = (p.policy).step AND c.unit = (p.policy).unit
    AND c.wanted_zone = (p.policy).zone AND c.zone = p.zone AND c.ahead = (p.policy).ahead
    AND c.keep IS NOT DISTINCT FROM (p.policy).keep
  LEFT JOIN counted AS s ON s.oid = p.oid
  ORDER BY 1, 2, p.part_name
$$;

-- Moves rows of a range out of the default partition into a partition of their own, all in the caller's transaction: who
-- writes waits, who reads goes on until the rows come in. No trigger sees it, for nothing changes for the table.
-- Returns the number of rows, and the commands that made the partition.
CREATE OR REPLACE FUNCTION ppp.drain_range(
  in_schema text, in_name text, in_lower text, in_upper text, batch integer DEFAULT 10000,
  OUT partition text, OUT rows bigint, OUT commands text[])
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
DECLARE
  policy ppp.partition_policy;
  the record;
  columns text;
  moved bigint;
  guard record;
BEGIN
  SELECT * INTO STRICT policy FROM ppp.partition_policy AS p WHERE p.schema = in_schema AND p.name = in_name;
  the := ppp.partitioning(policy, clock_timestamp());
  IF (SELECT c.relkind <> 'r' FROM pg_class AS c WHERE c.oid = the.fallback) THEN
    RAISE EXCEPTION 'default partition % is not a plain table', the.fallback::regclass USING ERRCODE = 'wrong_object_type';
  END IF;
  -- Writers wait at the parent, before they know its partitions: none of them goes where the rows were.
  EXECUTE format('LOCK TABLE ONLY %s IN SHARE ROW EXCLUSIVE MODE', the.parent::regclass);
  EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', the.fallback::regclass);
  FOR guard IN SELECT c.conname FROM pg_constraint AS c
    WHERE c.conrelid = the.fallback AND c.contype = 'c' AND c.conname = 'ppp_not_' || in_lower
  LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', the.fallback::regclass, guard.conname);
  END LOOP;
  SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) INTO columns
    FROM pg_attribute AS a
    WHERE a.attrelid = the.parent AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '';
  SET LOCAL session_replication_role = replica;
  EXECUTE format('CREATE TEMPORARY TABLE ppp_drained ON COMMIT DROP AS SELECT %s FROM %s LIMIT 0',
    columns, the.parent::regclass);
  rows := 0;
  LOOP
    EXECUTE format(
      'WITH gone AS (DELETE FROM %1$s WHERE ctid = ANY (ARRAY(SELECT ctid FROM %1$s WHERE %2$I >= %3$L AND %2$I < %4$L LIMIT %5$s))'
      ' RETURNING %6$s) INSERT INTO pg_temp.ppp_drained SELECT * FROM gone',
      the.fallback::regclass, policy.key, in_lower, in_upper, batch, columns);
    GET DIAGNOSTICS moved = ROW_COUNT;
    rows := rows + moved;
    EXIT WHEN moved = 0;
  END LOOP;
  -- Readers too from here on: one that had read which partitions there are would miss the rows.
  EXECUTE format('LOCK TABLE ONLY %s IN ACCESS EXCLUSIVE MODE', the.parent::regclass);
  partition := ppp.free_partition_name(policy, the.zone, ppp.bound_position(the.type, policy.encoding, in_lower));
  SET LOCAL session_replication_role = origin;
  commands := ppp.make_partition(the.parent, partition, in_lower, in_upper, policy.comments, policy.each);
  SET LOCAL session_replication_role = replica;
  EXECUTE format('INSERT INTO %I.%I (%s) OVERRIDING SYSTEM VALUE SELECT * FROM pg_temp.ppp_drained',
    in_schema, partition, columns);
  SET LOCAL session_replication_role = origin;
  DROP TABLE pg_temp.ppp_drained;
END $$;

REVOKE EXECUTE ON FUNCTION
  ppp.range_horizon(bigint, text, text, numeric, integer), ppp.partition_state(text[], timestamptz, boolean),
  ppp.drain_range(text, text, text, text, integer)
FROM PUBLIC;
