-- The new tables, and the log of all changes of the old ones.

-- The ranges in which values of a source lie: those of the least and the greatest. Where these are not next to each other,
-- so are those of bins that are no longer than a range. And how many values there are.
CREATE OR REPLACE FUNCTION ppp.conversion_starts(c ppp.conversion, value text, source text, OUT starts numeric[], OUT rows bigint)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  query text := format('SELECT array_agg(DISTINCT p) FILTER (WHERE p IS NOT NULL), coalesce(sum(n) / 2, 0)'
      ' FROM (SELECT min(v) AS low, max(v) AS high, count(*) AS n FROM (SELECT %s AS v FROM %s) AS r %%s) AS b'
      ' CROSS JOIN LATERAL (VALUES (%s), (%s)) AS p (p)', value, source,
    CASE c.unit WHEN 'number' THEN 'low::numeric' ELSE 'extract(epoch FROM low)' END,
    CASE c.unit WHEN 'number' THEN 'high::numeric' ELSE 'extract(epoch FROM high)' END);
  bin text := CASE c.unit WHEN 'number' THEN format('v::bigint / %s', c.step)
    ELSE format('date_bin(%L, %s, ''2000-01-01'')', CASE c.unit WHEN 'second' THEN '1 second' WHEN 'minute' THEN '1 minute'
      WHEN 'hour' THEN '15 minutes' ELSE '6 hours' END, CASE c.type WHEN 'date'::regtype THEN 'v::timestamp' ELSE 'v' END) END;
  positions numeric[];
BEGIN
  EXECUTE format(query, '') INTO positions, rows;
  IF positions && ARRAY['Infinity', '-Infinity']::numeric[] THEN
    RAISE EXCEPTION 'rows of % have infinity in column %', c.old::regclass, quote_ident(c.key)
      USING ERRCODE = 'check_violation', HINT = 'No range holds infinity; give these rows a time first.';
  END IF;
  starts := ARRAY(SELECT DISTINCT ppp.range_start(c.step, c.unit, c.zone, p) AS s FROM unnest(positions) AS p ORDER BY s);
  IF ppp.range_end(c.step, c.unit, c.zone, starts[1]) < starts[2] THEN
    EXECUTE format(query, 'GROUP BY ' || bin) INTO positions, rows;
    starts := ARRAY(SELECT DISTINCT ppp.range_start(c.step, c.unit, c.zone, p) FROM unnest(positions) AS p);
  END IF;
END $$;

-- Makes the partitions of these ranges that the new table does not have, in the order of time. Those that rows are copied
-- to are attached after that: PostgreSQL would look at the range for each row, which costs more than to look at all of them.
CREATE OR REPLACE FUNCTION ppp.conversion_cover(c ppp.conversion, starts numeric[], copied boolean) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
DECLARE
  policy ppp.partition_policy;
  options text[] := ARRAY(
    SELECT 'ALTER TABLE {partition} SET (' || array_to_string(o.reloptions, ', ') || ')'
    FROM pg_class AS o WHERE o.oid = c.old AND o.reloptions IS NOT NULL);
  start numeric;
  lower text;
  upper text;
  name text;
  turn integer;
  made integer := 0;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_class AS t WHERE t.oid = c.shadow AND t.relkind = 'p') THEN
    RETURN 0;
  END IF;
  policy.schema := c.schema; policy.name := c.name; policy.key := c.key; policy.encoding := c.encoding; policy.step := c.step;
  policy.unit := c.unit; policy.zone := c.zone; policy.naming := '{table}_{start}';
  FOR start IN
    SELECT DISTINCT s FROM unnest(starts) AS s
    WHERE s NOT IN (SELECT ppp.bound_position(c.type, c.encoding, r.lower) FROM ppp.conversion_range AS r
      WHERE r.workflow = c.workflow AND r.number = c.number)
    ORDER BY s
  LOOP
    lower := ppp.position_bound(c.type, c.encoding, start);
    upper := ppp.position_bound(c.type, c.encoding, ppp.range_end(c.step, c.unit, c.zone, start));
    name := ppp.partition_name(policy, c.zone, start);
    turn := 1;
    WHILE EXISTS (SELECT FROM pg_class AS o WHERE o.relname = name
      AND o.relnamespace IN (c.schema::regnamespace, (SELECT s.relnamespace FROM pg_class AS s WHERE s.oid = c.shadow)))
    LOOP
      turn := turn + 1;
      name := ppp.partition_name(policy, c.zone, start, turn);
    END LOOP;
    PERFORM ppp.make_partition(c.shadow, name, CASE WHEN copied THEN lower END, upper, false, options);
    INSERT INTO ppp.conversion_range (workflow, number, partition, lower, upper, copied)
      SELECT c.workflow, c.number, o.oid, cover.lower, cover.upper, cover.copied
      FROM pg_class AS o CROSS JOIN (SELECT lower, upper, copied) AS cover
      WHERE o.relname = name AND o.relnamespace = (SELECT s.relnamespace FROM pg_class AS s WHERE s.oid = c.shadow);
    made := made + 1;
  END LOOP;
  RETURN made;
END $$;

-- Step 1: the new table beside the old one, and a log for its changes. Nothing of the old table is touched.
CREATE OR REPLACE FUNCTION ppp.conversion_begin(
  of bigint, which integer, in_schema text, in_name text, key text, step bigint, unit text, zone text, ahead integer, sorting text[])
RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  old oid := to_regclass(quote_ident(in_schema) || '.' || quote_ident(in_name));
  t pg_class := (SELECT x FROM pg_class AS x WHERE x.oid = old);
  place text := 'ppp_convert_' || of;
  made text := quote_ident(place) || '.' || quote_ident(in_name);
  identity text[] := ppp.conversion_identity(old);
  modern boolean := current_setting('server_version_num')::integer >= 170000;
  type regtype := (SELECT a.atttypid FROM pg_attribute AS a WHERE a.attrelid = old AND a.attname = key AND NOT a.attisdropped);
  command text;
  c record;
BEGIN
  IF EXISTS (SELECT FROM ppp.conversion AS x WHERE x.workflow = of AND x.number = which) THEN
    RETURN;
  END IF;
  EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I', place);
  EXECUTE format('CREATE TABLE %s (LIKE %s INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED INCLUDING STORAGE'
      ' INCLUDING COMPRESSION INCLUDING STATISTICS INCLUDING COMMENTS %s) PARTITION BY RANGE (%I) %s',
    made, old::regclass, CASE WHEN modern THEN 'INCLUDING IDENTITY' ELSE '' END, key,
    (SELECT 'TABLESPACE ' || quote_ident(s.spcname) FROM pg_tablespace AS s WHERE s.oid = t.reltablespace));
  FOR command IN
    SELECT format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS %s', made, a.attname, a.attstattarget)
      FROM pg_attribute AS a WHERE a.attrelid = old AND a.attnum > 0 AND NOT a.attisdropped AND a.attstattarget >= 0
    UNION ALL SELECT format('ALTER TABLE %s ALTER COLUMN %I SET (%s)', made, a.attname, array_to_string(a.attoptions, ', '))
      FROM pg_attribute AS a WHERE a.attrelid = old AND a.attnum > 0 AND NOT a.attisdropped AND a.attoptions IS NOT NULL
    UNION ALL SELECT format('COMMENT ON TABLE %s IS %L', made, obj_description(old, 'pg_class'))
      WHERE obj_description(old, 'pg_class') IS NOT NULL
    UNION ALL SELECT format('ALTER TABLE %s OWNER TO %s', made, t.relowner::regrole)
    UNION ALL SELECT format('GRANT %s ON %s TO %s%s', g.privilege_type, made,
        CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END, CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
      FROM aclexplode(t.relacl) AS g WHERE g.grantee <> t.relowner
    UNION ALL SELECT format('GRANT %s (%I) ON %s TO %s%s', g.privilege_type, a.attname, made,
        CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END, CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
      FROM pg_attribute AS a CROSS JOIN LATERAL aclexplode(a.attacl) AS g
      WHERE a.attrelid = old AND a.attnum > 0 AND NOT a.attisdropped AND g.grantee <> t.relowner
    UNION ALL SELECT format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', made) WHERE t.relrowsecurity
    UNION ALL SELECT format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', made) WHERE t.relforcerowsecurity
    UNION ALL SELECT format('CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s', p.polname, made,
        CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
        CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
        (SELECT string_agg(CASE r WHEN 0 THEN 'PUBLIC' ELSE r::regrole::text END, ', ') FROM unnest(p.polroles) AS r),
        ' USING (' || pg_get_expr(p.polqual, old) || ')', ' WITH CHECK (' || pg_get_expr(p.polwithcheck, old) || ')')
      FROM pg_policy AS p WHERE p.polrelid = old
    UNION ALL SELECT format('ALTER TABLE %s REPLICA IDENTITY %s', made, CASE t.relreplident WHEN 'f' THEN 'FULL' ELSE 'NOTHING' END)
      WHERE t.relreplident IN ('f', 'n')
  LOOP
    EXECUTE command;
  END LOOP;
  IF NOT modern THEN
    -- The sequence of an identity can't be anybody else's: a new one of its name, and all who insert may use it.
    FOR c IN
      SELECT a.attname, s.relname, q.* FROM pg_attribute AS a
      JOIN pg_depend AS d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = old AND d.refobjsubid = a.attnum
        AND d.classid = 'pg_class'::regclass AND d.deptype = 'i'
      JOIN pg_class AS s ON s.oid = d.objid JOIN pg_sequence AS q ON q.seqrelid = s.oid
      WHERE a.attrelid = old AND a.attidentity <> '' ORDER BY a.attnum
    LOOP
      EXECUTE format('CREATE SEQUENCE %I.%I AS %s INCREMENT %s MINVALUE %s MAXVALUE %s START %s CACHE %s %s', place, c.relname,
        c.seqtypid::regtype, c.seqincrement, c.seqmin, c.seqmax, c.seqstart, c.seqcache, CASE WHEN c.seqcycle THEN 'CYCLE' ELSE '' END);
      EXECUTE format('ALTER SEQUENCE %I.%I OWNER TO %s', place, c.relname, t.relowner::regrole);
      EXECUTE format('ALTER SEQUENCE %I.%I OWNED BY %s.%I', place, c.relname, made, c.attname);
      EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT nextval(%L::regclass)', made, c.attname, format('%I.%I', place, c.relname));
      FOR command IN SELECT format('GRANT USAGE ON SEQUENCE %I.%I TO %s', place, c.relname,
          CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END)
        FROM aclexplode(t.relacl) AS g WHERE g.privilege_type = 'INSERT' AND g.grantee <> t.relowner
      LOOP
        EXECUTE command;
      END LOOP;
    END LOOP;
  END IF;
  -- Who may use the old sequences: numbers are not only taken by way of the column.
  FOR command IN SELECT format('GRANT %s ON SEQUENCE %s TO %s%s', g.privilege_type, pg_get_serial_sequence(made, a.attname),
      CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END,
      CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM pg_attribute AS a
    JOIN pg_depend AS d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = old AND d.refobjsubid = a.attnum
      AND d.classid = 'pg_class'::regclass AND d.deptype = 'i'
    JOIN pg_class AS s ON s.oid = d.objid AND s.relkind = 'S'
    CROSS JOIN LATERAL aclexplode(s.relacl) AS g
    WHERE a.attrelid = old AND a.attidentity <> '' AND g.grantee <> s.relowner
    ORDER BY a.attnum, g.grantee, g.privilege_type
  LOOP
    EXECUTE command;
  END LOOP;
  -- The log: of each row that is written, how it is told apart and where it lies, before and after.
  EXECUTE format('CREATE TABLE %I.%I AS SELECT %s %I AS at, false AS truncated FROM %s WITH NO DATA', place, 'log_' || which,
    CASE WHEN cardinality(identity) = 0 THEN '''''::text AS image,'
      ELSE (SELECT string_agg(format('%I AS k%s,', k, n), ' ' ORDER BY n) FROM unnest(identity) WITH ORDINALITY AS u (k, n)) END,
    key, old::regclass);
  EXECUTE format($f$
    CREATE FUNCTION %1$I.%2$I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp %7$s AS $b$
    BEGIN
      IF TG_OP = 'INSERT' THEN
        INSERT INTO %1$I.%3$I (%4$s) VALUES (%5$s);
      ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO %1$I.%3$I (%4$s) VALUES (%6$s), (%5$s);
      ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO %1$I.%3$I (%4$s) VALUES (%6$s);
      ELSE
        INSERT INTO %1$I.%3$I (truncated) VALUES (true);
      END IF;
      RETURN NULL;
    END $b$ $f$, place, 'capture_' || which, 'log_' || which,
    CASE WHEN cardinality(identity) = 0 THEN 'image, at, truncated'
      ELSE (SELECT string_agg('k' || n, ', ' ORDER BY n) FROM generate_subscripts(identity, 1) AS n) || ', at, truncated' END,
    ppp.conversion_image(identity, key, 'NEW'), ppp.conversion_image(identity, key, 'OLD'),
    CASE WHEN cardinality(identity) = 0 THEN 'SET timezone = ''UTC'' SET datestyle = ''ISO'' SET intervalstyle = ''postgres'''
      ' SET extra_float_digits = 1 SET bytea_output = ''hex'' SET lc_monetary = ''C''' ELSE '' END);
  INSERT INTO ppp.conversion VALUES (of, which, in_schema, in_name, old, made::regclass, key, type,
    CASE WHEN unit = 'number' THEN 'number' ELSE 'seconds' END, step, unit,
    CASE WHEN type IN ('timestamp'::regtype, 'date'::regtype) THEN 'UTC' ELSE zone END, ahead,
    (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute AS a
      WHERE a.attrelid = old AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''),
    identity,
    (SELECT coalesce(string_agg(quote_ident(s), ', ' ORDER BY n), '') FROM unnest(sorting) WITH ORDINALITY AS u (s, n)
      JOIN pg_attribute AS a ON a.attrelid = old AND a.attname = s AND NOT a.attisdropped),
    ppp.conversion_shape(old));
END $$;

-- Of a row of a trigger: what the log says of it.
CREATE OR REPLACE FUNCTION ppp.conversion_image(identity text[], key text, of text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN cardinality(identity) = 0 THEN of || '::text'
      ELSE (SELECT string_agg(format('%s.%I', of, k), ', ' ORDER BY n) FROM unnest(identity) WITH ORDINALITY AS u (k, n)) END
    || format(', %s.%I, false', of, key)
$$;

-- Step 2: from its commit on, every change is in the log. CREATE TRIGGER waits for all who write, and so whatever was
-- written before it is visible to every snapshot that is taken later. Before the exchange the new tables get the same
-- triggers, while nobody but ppp writes to them: what that leaves in the log, the same transaction takes out again.
CREATE OR REPLACE FUNCTION ppp.conversion_capture(of bigint, new boolean) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  c ppp.conversion;
  captured regclass;
  row_trigger text := 'ppp_convert_' || of;
BEGIN
  FOR c IN SELECT * FROM ppp.conversion AS x WHERE x.workflow = of ORDER BY x.number LOOP
    captured := CASE WHEN new THEN c.shadow ELSE c.old END;
    CONTINUE WHEN EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgrelid = captured AND t.tgname = row_trigger);
    EXECUTE format('CREATE TRIGGER %I AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION %I.%I()',
      row_trigger, captured, 'ppp_convert_' || of, 'capture_' || c.number);
    EXECUTE format('CREATE TRIGGER %I AFTER TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION %I.%I()',
      row_trigger || '_all', captured, 'ppp_convert_' || of, 'capture_' || c.number);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', captured, row_trigger);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', captured, row_trigger || '_all');
  END LOOP;
END $$;

-- The opposite.
CREATE OR REPLACE FUNCTION ppp.conversion_release(of bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  command text;
BEGIN
  FOR command IN
    SELECT format('DROP TRIGGER %I ON %s', t.tgname, t.tgrelid::regclass)
    FROM ppp.conversion AS c JOIN pg_trigger AS t ON t.tgrelid IN (c.old, c.shadow)
    WHERE c.workflow = of AND t.tgname IN ('ppp_convert_' || of, 'ppp_convert_' || of || '_all')
    ORDER BY c.number, t.tgrelid, t.tgname
  LOOP
    EXECUTE command;
  END LOOP;
END $$;
