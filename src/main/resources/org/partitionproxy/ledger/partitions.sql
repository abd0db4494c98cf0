-- Partitions by ranges of time, or of numbers, in the tenants' schemas. Idempotent. Whoever makes partitions ahead,
-- ppp or pg_cron, calls ppp.make_partitions, so that there is one truth.
--
-- A position is where a value lies: seconds since 1970-01-01 00:00 UTC, or the number itself. A timestamp without
-- time zone, and a date, has the position that it would have in UTC: no hour is missing there and none comes twice.

-- What shards.yaml says of a table, written by ppp initialize.
CREATE TABLE IF NOT EXISTS ppp.partition_policy (
  schema text NOT NULL,
  name text NOT NULL,
  key text NOT NULL,
  -- of a bigint: seconds, milliseconds, microseconds, or number; otherwise the type tells
  encoding text NOT NULL,
  step bigint NOT NULL,
  -- second, minute, hour, day, week, month, year, or number
  unit text NOT NULL,
  zone text NOT NULL,
  ahead integer NOT NULL,
  -- an interval or a number; nothing is retired where it is missing
  keep text,
  -- detach, drop, or schema:NAME
  retire text NOT NULL,
  naming text NOT NULL,
  comments boolean NOT NULL,
  each text[] NOT NULL,
  PRIMARY KEY (schema, name)
);

-- The start of the range that holds a position. Seconds, minutes and hours have the same length always and are counted
-- from a midnight; days and longer begin at midnight in the zone, weeks on Monday.
CREATE OR REPLACE FUNCTION ppp.range_start(step bigint, unit text, zone text, pos numeric) RETURNS numeric
LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  length numeric := step * CASE unit WHEN 'second' THEN 1 WHEN 'minute' THEN 60 WHEN 'hour' THEN 3600 END;
  origin numeric;
  local date;
  first date;
  months bigint;
  month bigint;
BEGIN
  IF unit = 'number' THEN
    RETURN floor(pos / step) * step;
  ELSIF length IS NOT NULL THEN
    origin := extract(epoch FROM timestamp '2000-01-01' AT TIME ZONE zone);
    RETURN origin + floor((pos - origin) / length) * length;
  END IF;
  local := to_timestamp(pos::double precision) AT TIME ZONE zone;
  LOOP
    IF unit = 'day' THEN
      first := local - mod(mod(local - date '2000-01-01', step) + step, step)::integer;
    ELSIF unit = 'week' THEN
      first := local - mod(mod(local - date '2000-01-03', 7 * step) + 7 * step, 7 * step)::integer;
    ELSE
      months := step * CASE unit WHEN 'year' THEN 12 ELSE 1 END;
      month := extract(year FROM local) * 12 + extract(month FROM local) - 1;
      month := month - mod(month, months);
      first := make_date((month / 12)::integer, mod(month, 12)::integer + 1, 1);
    END IF;
    origin := extract(epoch FROM first::timestamp AT TIME ZONE zone);
    EXIT WHEN origin <= pos;
    -- Where midnight comes twice, a day begins with the second: what is between them is of the day before.
    local := local - 1;
  END LOOP;
  RETURN origin;
END $$;

-- The start of the next range. A zone may skip a midnight, or have it twice: a date has one beginning all the same.
CREATE OR REPLACE FUNCTION ppp.range_end(step bigint, unit text, zone text, start numeric) RETURNS numeric
LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  length numeric := step * CASE unit WHEN 'number' THEN 1 WHEN 'second' THEN 1 WHEN 'minute' THEN 60 WHEN 'hour' THEN 3600 END;
  local date;
BEGIN
  IF length IS NOT NULL THEN
    RETURN start + length;
  END IF;
  local := to_timestamp(start::double precision) AT TIME ZONE zone;
  local := local + CASE unit
    WHEN 'day' THEN make_interval(days => step::integer)
    WHEN 'week' THEN make_interval(weeks => step::integer)
    WHEN 'month' THEN make_interval(months => step::integer)
    ELSE make_interval(years => step::integer) END;
  RETURN extract(epoch FROM local::timestamp AT TIME ZONE zone);
END $$;

-- Of a bound as the catalogs show it in UTC, or of a value's text. Neither strict nor with settings of its own, so that
-- PostgreSQL puts it into the query that calls it: thousands of calls would take longer than all the rest.
CREATE OR REPLACE FUNCTION ppp.bound_position(type regtype, encoding text, bound text) RETURNS numeric
LANGUAGE sql STABLE AS $$
  SELECT CASE
    WHEN bound = 'MINVALUE' THEN '-Infinity'::numeric
    WHEN bound = 'MAXVALUE' THEN 'Infinity'::numeric
    WHEN type = 'timestamptz'::regtype THEN extract(epoch FROM bound::timestamptz)
    WHEN type IN ('timestamp'::regtype, 'date'::regtype) THEN extract(epoch FROM bound::timestamp)
    WHEN type = 'uuid'::regtype THEN ('x' || left(replace(bound, '-', ''), 12))::bit(48)::bigint::numeric / 1000
    WHEN encoding = 'milliseconds' THEN bound::numeric / 1000
    WHEN encoding = 'microseconds' THEN bound::numeric / 1000000
    ELSE bound::numeric END
$$;

-- A position as a bound of that type.
CREATE OR REPLACE FUNCTION ppp.position_bound(type regtype, encoding text, pos numeric) RETURNS text
LANGUAGE sql STABLE STRICT SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
  SELECT CASE
    WHEN type = 'timestamptz'::regtype THEN to_timestamp(pos::double precision)::text
    WHEN type = 'timestamp'::regtype THEN to_timestamp(pos::double precision)::timestamp::text
    WHEN type = 'date'::regtype THEN to_timestamp(pos::double precision)::date::text
    WHEN type = 'uuid'::regtype THEN
      overlay(lpad(to_hex((pos * 1000)::bigint), 12, '0') PLACING '-' FROM 9 FOR 0) || '-0000-0000-000000000000'
    WHEN encoding = 'milliseconds' THEN trunc(pos * 1000)::text
    WHEN encoding = 'microseconds' THEN trunc(pos * 1000000)::text
    ELSE trunc(pos)::text END
$$;

-- Both ends of a range of one column, as the catalogs show it; NULL of a default partition. PostgreSQL puts it into the
-- query; the regular expression, for MINVALUE and for integers, takes ten times as long.
CREATE OR REPLACE FUNCTION ppp.range_ends(bound text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN bound LIKE 'FOR VALUES FROM (''%'') TO (''%'')' THEN ARRAY[split_part(bound, '''', 2), split_part(bound, '''', 4)]
    ELSE regexp_match(bound, '^FOR VALUES FROM \(''?([^'']*)''?\) TO \(''?([^'']*)''?\)') END
$$;

-- All partitions of tables that are partitioned by one column's range, or of one of them, with their bounds as the
-- catalogs show them in UTC. A default partition has no bounds. One table's are found by an index. A bound names no
-- column, so pg_get_expr needs no table to show it, and opens none.
CREATE OR REPLACE FUNCTION ppp.range_partitions(of oid DEFAULT NULL)
RETURNS TABLE (parent oid, partition oid, lower text, upper text, is_default boolean, is_detaching boolean)
LANGUAGE plpgsql STABLE ROWS 10 SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
#variable_conflict use_column
BEGIN
  IF of IS NULL THEN
    RETURN QUERY SELECT r.* FROM pg_partitioned_table AS p CROSS JOIN LATERAL ppp.range_partitions(p.partrelid) AS r;
    RETURN;
  END IF;
  RETURN QUERY SELECT r.parent, r.partition, r.ends[1], r.ends[2], r.is_default, r.is_detaching
  FROM (
    SELECT b.*, ppp.range_ends(b.bound) AS ends
    FROM (
      SELECT p.partrelid AS parent, c.oid AS partition, p.partdefid = c.oid AS is_default, i.inhdetachpending AS is_detaching,
        pg_get_expr(c.relpartbound, 0) AS bound
      FROM pg_partitioned_table AS p
      JOIN pg_inherits AS i ON i.inhparent = p.partrelid
      JOIN pg_class AS c ON c.oid = i.inhrelid
      WHERE p.partstrat = 'r' AND p.partnatts = 1 AND p.partrelid = of
      OFFSET 0
    ) AS b
    OFFSET 0
  ) AS r;
END $$;

-- The name of the partition that begins there: TABLE_START, in a form that sorts. What is too long for a name loses the
-- end of the table's name to a digest of it. What is taken already is asked for again with a number.
CREATE OR REPLACE FUNCTION ppp.partition_name(
  policy ppp.partition_policy, zone text, start numeric, number integer DEFAULT 1) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  local timestamp := CASE policy.unit WHEN 'number' THEN NULL
    ELSE to_timestamp(start::double precision) AT TIME ZONE
      CASE WHEN policy.unit IN ('second', 'minute', 'hour') THEN 'UTC' ELSE zone END END;
  suffix text := CASE policy.unit
    WHEN 'number' THEN CASE WHEN start < 0 THEN 'm' || lpad((-start)::text, 19, '0') ELSE lpad(start::text, 19, '0') END
    WHEN 'second' THEN to_char(local, 'YYYYMMDD_HH24MISS')
    WHEN 'minute' THEN to_char(local, 'YYYYMMDD_HH24MI')
    WHEN 'hour' THEN to_char(local, 'YYYYMMDD_HH24MI')
    WHEN 'day' THEN to_char(local, 'YYYYMMDD')
    WHEN 'week' THEN to_char(local, 'YYYYMMDD')
    WHEN 'month' THEN to_char(local, 'YYYYMM')
    ELSE to_char(local, 'YYYY') END;
  stem text := policy.name;
  name text;
BEGIN
  -- A range that begins inside a day, a month or a year, since another ends there, tells where.
  IF policy.unit <> 'number' AND start <> ppp.range_start(policy.step, policy.unit, zone, start) THEN
    suffix := to_char(local, 'YYYYMMDD_HH24MISS');
  END IF;
  suffix := suffix || CASE WHEN number > 1 THEN '_' || number ELSE '' END;
  name := replace(replace(policy.naming, '{start}', suffix), '{table}', stem);
  WHILE octet_length(name) > 63 AND left(stem, 1) <> '~' LOOP
    stem := left(regexp_replace(stem, '~[0-9a-f]{6}$', ''), -1) || '~' || left(md5(policy.name), 6);
    name := replace(replace(policy.naming, '{start}', suffix), '{table}', stem);
  END LOOP;
  RETURN name;
END $$;

-- The same, or with a number where something else has that name.
CREATE OR REPLACE FUNCTION ppp.free_partition_name(policy ppp.partition_policy, zone text, start numeric) RETURNS text
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  number integer := 1;
  name text := ppp.partition_name(policy, zone, start);
BEGIN
  WHILE to_regclass(quote_ident(policy.schema) || '.' || quote_ident(name)) IS NOT NULL LOOP
    number := number + 1;
    name := ppp.partition_name(policy, zone, start, number);
  END LOOP;
  RETURN name;
END $$;

-- Makes one partition and, where bounds are given, attaches it: with what its parent has, and what a parent can't have
-- (storage parameters, access method) from the partition before it. Returns what it ran.
CREATE OR REPLACE FUNCTION ppp.make_partition(
  parent oid, name text, lower text, upper text, comments boolean, each text[]) RETURNS text[]
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  table_of pg_class := (SELECT c FROM pg_class AS c WHERE c.oid = parent);
  schema text := table_of.relnamespace::regnamespace;
  of text := parent::regclass;
  made text := schema || '.' || quote_ident(name);
  options text;
  tablespace text;
  col record;
  ran text[] := '{}';
  command text;
  statement text;
BEGIN
  SELECT coalesce(' USING ' || quote_ident(a.amname), '')
      || coalesce(' WITH (' || array_to_string(s.reloptions, ', ') || ')', '')
    INTO options
    FROM pg_class AS s LEFT JOIN pg_am AS a ON a.oid = s.relam
    WHERE s.relkind = 'r' AND s.oid = (
      SELECT max(i.inhrelid) FROM pg_inherits AS i JOIN pg_partitioned_table AS p ON p.partrelid = i.inhparent
      WHERE i.inhparent = parent AND i.inhrelid <> p.partdefid);
  IF table_of.reltablespace <> 0 THEN
    tablespace := (SELECT t.spcname FROM pg_tablespace AS t WHERE t.oid = table_of.reltablespace);
  END IF;
  ran := ran || format('CREATE %s TABLE %s (LIKE %s INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED'
      ' INCLUDING STORAGE INCLUDING COMPRESSION INCLUDING STATISTICS%s)%s%s',
    CASE table_of.relpersistence WHEN 'u' THEN 'UNLOGGED' ELSE '' END, made, of,
    CASE WHEN comments THEN ' INCLUDING COMMENTS' ELSE '' END, coalesce(options, ''),
    ' TABLESPACE ' || quote_ident(tablespace));
  IF comments AND obj_description(parent, 'pg_class') IS NOT NULL THEN
    ran := ran || format('COMMENT ON TABLE %s IS %L', made, obj_description(parent, 'pg_class'));
  END IF;
  ran := ran || format('ALTER TABLE %s OWNER TO %s', made, table_of.relowner::regrole);
  IF table_of.relacl IS NOT NULL THEN
    ran := ran || ARRAY(
      SELECT format('GRANT %s ON %s TO %s%s', string_agg(g.privilege_type, ', ' ORDER BY g.privilege_type), made,
        CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END,
        CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
      FROM aclexplode(table_of.relacl) AS g WHERE g.grantee <> table_of.relowner
      GROUP BY g.grantee, g.is_grantable ORDER BY g.grantee, g.is_grantable);
  END IF;
  FOR col IN SELECT a.attname, a.attstattarget, a.attoptions, a.attacl FROM pg_attribute AS a
    WHERE a.attrelid = parent AND a.attnum > 0 AND NOT a.attisdropped
      AND (a.attstattarget >= 0 OR a.attoptions IS NOT NULL OR a.attacl IS NOT NULL)
    ORDER BY a.attnum
  LOOP
    IF col.attstattarget >= 0 THEN
      ran := ran || format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS %s', made, col.attname, col.attstattarget);
    END IF;
    IF col.attoptions IS NOT NULL THEN
      ran := ran || format('ALTER TABLE %s ALTER COLUMN %I SET (%s)', made, col.attname, array_to_string(col.attoptions, ', '));
    END IF;
    ran := ran || ARRAY(
      SELECT format('GRANT %s (%I) ON %s TO %s%s', g.privilege_type, col.attname, made,
        CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END,
        CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
      FROM aclexplode(col.attacl) AS g WHERE g.grantee <> table_of.relowner ORDER BY g.grantee, g.privilege_type);
  END LOOP;
  IF table_of.relrowsecurity THEN
    ran := ran || format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', made);
  END IF;
  IF table_of.relforcerowsecurity THEN
    ran := ran || format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', made);
  END IF;
  ran := ran || ARRAY(
    SELECT format('CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s', p.polname, made,
      CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
      CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
      (SELECT string_agg(CASE r WHEN 0 THEN 'PUBLIC' ELSE r::regrole::text END, ', ') FROM unnest(p.polroles) AS r),
      ' USING (' || pg_get_expr(p.polqual, parent) || ')',
      ' WITH CHECK (' || pg_get_expr(p.polwithcheck, parent) || ')')
    FROM pg_policy AS p WHERE p.polrelid = parent ORDER BY p.polname);
  IF table_of.relreplident IN ('f', 'n') THEN
    ran := ran || format('ALTER TABLE %s REPLICA IDENTITY %s', made,
      CASE table_of.relreplident WHEN 'f' THEN 'FULL' ELSE 'NOTHING' END);
  END IF;
  IF lower IS NOT NULL THEN
    ran := ran || format('ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM (%L) TO (%L)', of, made, lower, upper);
  END IF;
  FOREACH command IN ARRAY ran LOOP
    EXECUTE command;
  END LOOP;
  IF lower IS NOT NULL AND table_of.relreplident = 'i' THEN
    SELECT format('ALTER TABLE %s REPLICA IDENTITY USING INDEX %I', made, c.relname) INTO STRICT command
      FROM pg_index AS i JOIN pg_inherits AS h ON h.inhparent = i.indexrelid
      JOIN pg_index AS own ON own.indexrelid = h.inhrelid JOIN pg_class AS c ON c.oid = own.indexrelid
      WHERE i.indrelid = parent AND i.indisreplident AND own.indrelid = made::regclass;
    EXECUTE command;
    ran := ran || command;
  END IF;
  FOREACH statement IN ARRAY each LOOP
    command := replace(replace(statement, '{partition}', made), '{table}', of);
    EXECUTE command;
    ran := ran || command;
  END LOOP;
  RETURN ran;
END $$;

-- What a policy means for its table as it stands there: an error where it can't be applied.
CREATE OR REPLACE FUNCTION ppp.partitioning(
  policy ppp.partition_policy, at timestamptz,
  OUT parent oid, OUT type regtype, OUT zone text, OUT present numeric, OUT fallback oid)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  of text := quote_ident(policy.schema) || '.' || quote_ident(policy.name);
  newest text;
BEGIN
  parent := to_regclass(of);
  IF parent IS NULL THEN
    RAISE EXCEPTION 'table % does not exist', of USING ERRCODE = 'undefined_table';
  END IF;
  SELECT a.atttypid, nullif(p.partdefid, 0) INTO type, fallback
    FROM pg_partitioned_table AS p JOIN pg_attribute AS a ON a.attrelid = p.partrelid AND a.attnum = p.partattrs[0]
    WHERE p.partrelid = parent AND p.partstrat = 'r' AND p.partnatts = 1 AND a.attname = policy.key;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'table % is not partitioned by ranges of column %', of, quote_ident(policy.key)
      USING ERRCODE = 'invalid_object_definition';
  END IF;
  zone := CASE WHEN type IN ('timestamp'::regtype, 'date'::regtype) THEN 'UTC' ELSE policy.zone END;
  IF policy.unit = 'number' THEN
    EXECUTE format('SELECT max(%I)::text FROM %s', policy.key, of) INTO newest;
    present := coalesce(newest::numeric, 0);
  ELSIF zone = policy.zone THEN
    present := extract(epoch FROM at);
  ELSE
    present := extract(epoch FROM at AT TIME ZONE policy.zone);
  END IF;
END $$;

-- Before which partitions are retired; nothing where all are kept.
CREATE OR REPLACE FUNCTION ppp.kept_since(policy ppp.partition_policy, zone text, present numeric) RETURNS numeric
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
  SELECT CASE
    WHEN policy.unit = 'number' THEN present - policy.keep::numeric
    ELSE extract(epoch FROM (to_timestamp(present::double precision) AT TIME ZONE zone - policy.keep::interval) AT TIME ZONE zone) END
$$;

-- The ranges of a table that have no partition, in their order: from the first that is there, or as old as is kept, to
-- `ahead` ranges after the present one. A range of which another partition holds a part is missing without that part.
CREATE OR REPLACE FUNCTION ppp.ranges_without_partition(
  policy ppp.partition_policy, parent oid, type regtype, zone text, present numeric)
RETURNS TABLE (lower numeric, upper numeric)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  lowers numeric[];
  uppers numeric[];
  pos numeric := present;
  horizon numeric := ppp.range_start(policy.step, policy.unit, zone, present);
  next integer := 1;
BEGIN
  SELECT array_agg(b.l ORDER BY b.l), array_agg(b.u ORDER BY b.l) INTO lowers, uppers
    FROM (SELECT ppp.bound_position(type, policy.encoding, r.lower), ppp.bound_position(type, policy.encoding, r.upper)
      FROM ppp.range_partitions(parent) AS r WHERE NOT r.is_default) AS b (l, u);
  FOR i IN 0 .. policy.ahead LOOP
    horizon := ppp.range_end(policy.step, policy.unit, zone, horizon);
  END LOOP;
  -- A partition from MINVALUE on is where gaps can begin: at its end.
  pos := least(pos, CASE WHEN lowers[1] = '-Infinity' THEN uppers[1] ELSE lowers[1] END);
  pos := ppp.range_start(policy.step, policy.unit, zone,
    greatest(pos, coalesce(ppp.kept_since(policy, zone, present), pos)));
  WHILE pos < horizon LOOP
    WHILE uppers[next] <= pos LOOP
      next := next + 1;
    END LOOP;
    IF lowers[next] <= pos THEN
      pos := uppers[next];
    ELSE
      lower := pos;
      upper := ppp.range_end(policy.step, policy.unit, zone, ppp.range_start(policy.step, policy.unit, zone, pos));
      upper := least(upper, lowers[next]);
      pos := upper;
      RETURN NEXT;
    END IF;
  END LOOP;
END $$;

-- The same of a table by its name.
CREATE OR REPLACE FUNCTION ppp.missing_ranges(in_schema text, in_name text, at timestamptz DEFAULT clock_timestamp())
RETURNS TABLE (lower numeric, upper numeric)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  policy ppp.partition_policy;
  the record;
BEGIN
  SELECT * INTO policy FROM ppp.partition_policy AS p WHERE p.schema = in_schema AND p.name = in_name;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'there is no partition policy for %.%', quote_ident(in_schema), quote_ident(in_name)
      USING ERRCODE = 'undefined_object';
  END IF;
  the := ppp.partitioning(policy, at);
  RETURN QUERY SELECT m.* FROM ppp.ranges_without_partition(policy, the.parent, the.type, the.zone, the.present) AS m;
END $$;

-- Drops the CHECKs with which a default partition makes way for a range, but for these.
CREATE OR REPLACE FUNCTION ppp.drop_guards(fallback oid, standing text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  guard name;
BEGIN
  FOR guard IN SELECT c.conname FROM pg_constraint AS c
    WHERE c.conrelid = fallback AND c.contype = 'c' AND c.conname LIKE 'ppp\_not\_%' AND c.conname <> ALL (standing)
  LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', fallback::regclass, guard);
  END LOOP;
END $$;

-- One turn at a table, in a transaction of its own: makes what is missing of its ranges. Where a default partition might
-- hold rows of them, or more than `most` are missing, it takes more turns, so that nobody waits for long: `again` says so.
--
-- action: made; guarded (the default partition has got a CHECK, or that is valid now); blocked (`rows` rows of the range
-- are in the default partition). Returns nothing where nothing is missing.
CREATE OR REPLACE FUNCTION ppp.make_partitions(
  in_schema text, in_name text, at timestamptz DEFAULT clock_timestamp(), most integer DEFAULT 100)
RETURNS TABLE (action text, partition text, lower text, upper text, rows bigint, commands text[], again boolean)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
DECLARE
  policy ppp.partition_policy;
  the record;
  lowers numeric[];
  uppers numeric[];
  missing record;
  guard text;
  guards text[] := '{}';
  done integer := 0;
  valid boolean;
BEGIN
  SELECT * INTO policy FROM ppp.partition_policy AS p WHERE p.schema = in_schema AND p.name = in_name;
  the := ppp.partitioning(policy, at);
  SELECT array_agg(m.lower), array_agg(m.upper) INTO lowers, uppers
    FROM ppp.ranges_without_partition(policy, the.parent, the.type, the.zone, the.present) AS m;
  IF lowers IS NULL AND the.fallback IS NULL THEN
    RETURN;
  END IF;
  IF lowers IS NOT NULL THEN
    -- One at a time; who reads and writes the table goes on. What others made meanwhile is not missing any more.
    EXECUTE format('LOCK TABLE ONLY %I.%I IN SHARE UPDATE EXCLUSIVE MODE', in_schema, in_name);
    SELECT * INTO policy FROM ppp.partition_policy AS p WHERE p.schema = in_schema AND p.name = in_name;
    IF NOT FOUND THEN
      RETURN;
    END IF;
    the := ppp.partitioning(policy, at);
    SELECT array_agg(m.lower), array_agg(m.upper) INTO lowers, uppers
      FROM ppp.ranges_without_partition(policy, the.parent, the.type, the.zone, the.present) AS m;
  END IF;
  again := false;
  FOR missing IN SELECT m.lower, m.upper FROM unnest(lowers, uppers) AS m (lower, upper) LOOP
    EXIT WHEN done = most;
    lower := ppp.position_bound(the.type, policy.encoding, missing.lower);
    upper := ppp.position_bound(the.type, policy.encoding, missing.upper);
    partition := NULL;
    rows := NULL;
    commands := '{}';
    guard := NULL;
    IF the.fallback IS NOT NULL THEN
      guard := 'ppp_not_' || lower;
      guards := guards || guard;
      SELECT c.convalidated INTO valid FROM pg_constraint AS c WHERE c.conrelid = the.fallback AND c.conname = guard;
      IF NOT FOUND THEN
        EXECUTE format('SELECT count(*) FROM %s WHERE %I >= %L AND %I < %L', the.fallback::regclass, policy.key, lower, policy.key, upper)
          INTO rows;
        IF rows > 0 THEN
          action := 'blocked';
          RETURN NEXT;
          CONTINUE;
        END IF;
        rows := NULL;
        commands := ARRAY[format('ALTER TABLE %s ADD CONSTRAINT %I CHECK (%I IS NULL OR %I < %L OR %I >= %L) NOT VALID',
          the.fallback::regclass, guard, policy.key, policy.key, lower, policy.key, upper)];
      ELSIF NOT valid THEN
        commands := ARRAY[format('ALTER TABLE %s VALIDATE CONSTRAINT %I', the.fallback::regclass, guard)];
      END IF;
      IF commands <> '{}' THEN
        BEGIN
          EXECUTE commands[1];
          done := done + 1;
          action := 'guarded';
          again := true;
        EXCEPTION WHEN check_violation THEN
          -- Written between the count and the CHECK.
          EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', the.fallback::regclass, guard);
          action := 'blocked';
        END;
        RETURN NEXT;
        again := false;
        CONTINUE;
      END IF;
    END IF;
    partition := ppp.free_partition_name(policy, the.zone, missing.lower);
    commands := ppp.make_partition(the.parent, partition, lower, upper, policy.comments, policy.each);
    IF guard IS NOT NULL THEN
      commands := commands || format('ALTER TABLE %s DROP CONSTRAINT %I', the.fallback::regclass, guard);
      EXECUTE commands[cardinality(commands)];
    END IF;
    done := done + 1;
    action := 'made';
    again := cardinality(lowers) > most;
    RETURN NEXT;
    again := false;
  END LOOP;
  -- Of ranges that somebody else has made since.
  PERFORM ppp.drop_guards(the.fallback, guards);
END $$;

-- Takes a table's policy away, with what a run that was killed left on its default partition: nobody would care for that
-- any more. Waits for locks a little at a time.
CREATE OR REPLACE FUNCTION ppp.forget_partition_policy(in_schema text, in_name text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET lock_timeout = '200ms' AS $$
DECLARE
  the record;
  tries integer := 30;
BEGIN
  DELETE FROM ppp.partition_policy AS p WHERE p.schema = in_schema AND p.name = in_name;
  SELECT p.partrelid AS parent, p.partdefid AS fallback INTO the FROM pg_partitioned_table AS p
    WHERE p.partrelid = to_regclass(format('%I.%I', in_schema, in_name)) AND p.partdefid <> 0;
  WHILE the.fallback IS NOT NULL LOOP
    BEGIN
      EXECUTE format('LOCK TABLE ONLY %s IN SHARE UPDATE EXCLUSIVE MODE', the.parent::regclass);
      PERFORM ppp.drop_guards(the.fallback, '{}');
      RETURN;
    EXCEPTION WHEN lock_not_available THEN
      tries := tries - 1;
      IF tries = 0 THEN
        RAISE;
      END IF;
      PERFORM pg_sleep(0.05 + 0.15 * random());
    END;
  END LOOP;
END $$;

REVOKE EXECUTE ON FUNCTION
  ppp.range_start(bigint, text, text, numeric), ppp.range_end(bigint, text, text, numeric),
  ppp.bound_position(regtype, text, text), ppp.position_bound(regtype, text, numeric), ppp.range_ends(text),
  ppp.range_partitions(oid),
  ppp.partition_name(ppp.partition_policy, text, numeric, integer),
  ppp.free_partition_name(ppp.partition_policy, text, numeric), ppp.make_partition(oid, text, text, text, boolean, text[]),
  ppp.partitioning(ppp.partition_policy, timestamptz), ppp.kept_since(ppp.partition_policy, text, numeric),
  ppp.ranges_without_partition(ppp.partition_policy, oid, regtype, text, numeric), ppp.missing_ranges(text, text, timestamptz), ppp.make_partitions(text, text, timestamptz, integer),
  ppp.drop_guards(oid, text[]), ppp.forget_partition_policy(text, text)
FROM PUBLIC;
