-- Changes are brought from the table in use to the one that follows it, and both compared.

-- What to do when a table is gone.
CREATE OR REPLACE FUNCTION ppp.conversion_way_out(of bigint) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN ppp.conversion_exchanged(of)
    THEN format('What it was before its conversion is in schema "ppp_before_%s"; take what you need from there, then finish the conversion.', of)
    ELSE 'Abort its conversion.' END
$$;

-- Step 6, again and again, and on the way back: brings the tables that follow to what their sources are in this snapshot
-- (REPEATABLE READ, or the sources locked). Of everything in the log, by its key and its place: what the one that follows
-- has of it goes, and what the source has now comes. So order does not matter, and doing it twice does no harm. Until
-- all is compared it is noted in which blocks these rows lie now. Returns how many entries there were.
CREATE OR REPLACE FUNCTION ppp.conversion_apply(of bigint, few boolean) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' SET intervalstyle = 'postgres'
SET extra_float_digits = 1 SET bytea_output = 'hex' SET lc_monetary = 'C' SET session_replication_role = 'replica' AS $$
DECLARE
  c ppp.conversion;
  log text;
  starts numeric[];
  whole boolean;
  applied bigint := 0;
  entries bigint;
  same text;
  noted boolean;
  unverified boolean := EXISTS (SELECT FROM ppp.conversion_range AS r WHERE r.workflow = of AND NOT r.verified)
    AND NOT ppp.conversion_exchanged(of);
BEGIN
  IF EXISTS (SELECT FROM ppp.conversion_range AS r WHERE r.workflow = of AND NOT r.copied) THEN
    RAISE EXCEPTION 'conversion % is not copied yet', of;
  END IF;
  few := few OR ppp.conversion_pending(of) < 5000;
  IF few THEN
    -- Of a few rows nothing is read but them, whatever statistics say.
    PERFORM set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
      set_config('enable_mergejoin', 'off', true), set_config('jit', 'off', true);
  END IF;
  FOR c IN SELECT * FROM ppp.conversion_flow(of) LOOP
    log := format('%I.%I', 'ppp_convert_' || of, 'log_' || c.number);
    IF NOT EXISTS (SELECT FROM pg_class AS t WHERE t.oid = c.old) THEN
      RAISE EXCEPTION 'table %.% is gone', quote_ident(c.schema), quote_ident(c.name)
        USING ERRCODE = 'undefined_table', HINT = ppp.conversion_way_out(of);
    END IF;
    EXECUTE format('SELECT bool_or(truncated), count(*) FROM %s', log) INTO whole, entries;
    CONTINUE WHEN entries = 0;
    applied := applied + entries;
    IF whole THEN
      EXECUTE format('DELETE FROM %s', c.shadow::regclass);
    END IF;
    SELECT f.starts INTO starts FROM ppp.conversion_starts(c, 'at', format('(SELECT at FROM %s WHERE NOT truncated) AS l', log)) AS f;
    PERFORM ppp.conversion_cover(c, starts, true);
    SELECT format('%s AND n.%I = l.at', coalesce(string_agg(format('n.%I = l.k%s', k, i), ' AND ' ORDER BY i), '(n.*)::text = l.image'), c.key)
      INTO same FROM unnest(c.identity) WITH ORDINALITY AS u (k, i);
    EXECUTE format('DELETE FROM %s AS n USING (SELECT DISTINCT * FROM %s) AS l WHERE %s', c.shadow::regclass, log, same);
    EXECUTE format('INSERT INTO %1$s (%2$s) OVERRIDING SYSTEM VALUE SELECT %2$s FROM (SELECT n.* FROM %3$s AS n'
        ' JOIN (SELECT DISTINCT * FROM %4$s) AS l ON %5$s) AS o', c.shadow::regclass, c.columns, c.old::regclass, log, same);
    IF unverified THEN
      noted := NOT whole AND c.applied + entries <= 5000;
      UPDATE ppp.conversion AS x SET applied = CASE WHEN noted THEN x.applied + entries END
        WHERE x.workflow = of AND x.number = c.number;
      IF noted THEN
        EXECUTE format('INSERT INTO ppp.conversion_blocks SELECT DISTINCT $1, $2, ppp.range_start($3, $4, $5, w.at), w.block, w.block + 1, $6, 0'
            ' FROM (SELECT DISTINCT %s AS at, (n.ctid::text::point)[0]::bigint AS block FROM %s AS n JOIN (SELECT DISTINCT * FROM %s) AS l ON %s) AS w',
            CASE c.unit WHEN 'number' THEN format('n.%I::numeric', c.key) ELSE format('extract(epoch FROM n.%I)', c.key) END,
            c.old::regclass, log, same)
          USING of, c.number, c.step, c.unit, c.zone, pg_relation_filenode(c.old);
      END IF;
    END IF;
    EXECUTE format('DELETE FROM %s', log);
  END LOOP;
  IF few THEN
    PERFORM set_config('enable_seqscan', 'on', true), set_config('enable_hashjoin', 'on', true), set_config('enable_mergejoin', 'on', true);
  END IF;
  RETURN applied;
END $$;

-- Foreign keys among the converted tables: after their changes are applied, in the same transaction, for days that were
-- copied at different times need not fit together. Nobody waits, for nobody writes there but ppp. Each partition is checked
-- on its own; where they are many, to go through all that they may refer to each time takes longer than to look it up.
CREATE OR REPLACE FUNCTION ppp.conversion_references(of bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  made record;
  applied bigint := ppp.conversion_apply(of, false);
BEGIN
  FOR made IN
    SELECT format('ALTER TABLE %s ADD CONSTRAINT %I %s', o.shadow::regclass, k.conname,
        ppp.conversion_foreign_key(k.oid, t.key, t.shadow::regclass::text)) AS command,
      (SELECT count(*) * (SELECT sum(y.rows) FROM ppp.conversion_range AS y WHERE y.workflow = of AND y.number = t.number)
          > 25 * sum(x.rows) FROM ppp.conversion_range AS x WHERE x.workflow = of AND x.number = o.number) AS look_up
    FROM ppp.conversion AS o
    JOIN pg_constraint AS k ON k.conrelid = o.old AND k.contype = 'f'
    JOIN ppp.conversion AS t ON t.workflow = of AND t.old = k.confrelid
    WHERE o.workflow = of AND NOT EXISTS (SELECT FROM pg_constraint AS n
      WHERE n.conrelid = o.shadow AND n.conname = k.conname AND n.contype = 'f')
    ORDER BY o.number, k.conname
  LOOP
    PERFORM set_config('enable_hashjoin', CASE WHEN made.look_up THEN 'off' ELSE 'on' END, true),
      set_config('enable_mergejoin', CASE WHEN made.look_up THEN 'off' ELSE 'on' END, true);
    EXECUTE made.command;
  END LOOP;
  PERFORM set_config('enable_hashjoin', 'on', true), set_config('enable_mergejoin', 'on', true);
  RETURN applied;
END $$;

-- How many changes wait.
CREATE OR REPLACE FUNCTION ppp.conversion_pending(of bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  c ppp.conversion;
  entries bigint;
  pending bigint := 0;
BEGIN
  FOR c IN SELECT * FROM ppp.conversion AS x WHERE x.workflow = of LOOP
    EXECUTE format('SELECT count(*) FROM %I.%I', 'ppp_convert_' || of, 'log_' || c.number) INTO entries;
    pending := pending + entries;
  END LOOP;
  RETURN pending;
END $$;

-- After the exchange: what is kept for the way back, in words.
CREATE OR REPLACE FUNCTION ppp.conversion_kept(of bigint) RETURNS text
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  SELECT format('keeps the old tables, %s, and a log of %s changes, %s, that every write adds to;'
      ' finish drops both, abort applies the log and compares all rows first',
    pg_size_pretty(sum(pg_total_relation_size(c.old))), ppp.conversion_pending(of),
    pg_size_pretty(sum(pg_total_relation_size(to_regclass(format('%I.%I', 'ppp_convert_' || of, 'log_' || c.number))))))
  FROM ppp.conversion AS c WHERE c.workflow = of
$$;

-- The hash of a row, as an expression: each column's by the function that its type has for hash indexes, or of its text. The
-- sum of such numbers is the same for the same rows, whatever their order.
CREATE OR REPLACE FUNCTION ppp.conversion_hash(of oid, row_of text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT string_agg(
    CASE WHEN a.attnotnull THEN h.hash ELSE format('coalesce(%s, %s)', h.hash, a.attnum) END, ' # ' ORDER BY a.attnum)
  FROM pg_attribute AS a
  LEFT JOIN pg_opclass AS o ON o.opcdefault AND o.opcmethod = (SELECT m.oid FROM pg_am AS m WHERE m.amname = 'hash')
    AND o.opcnamespace = 'pg_catalog'::regnamespace AND o.opcintype = CASE a.atttypid WHEN 'varchar'::regtype THEN 'text'::regtype ELSE a.atttypid END
  LEFT JOIN pg_amproc AS f ON f.amprocfamily = o.opcfamily AND f.amproclefttype = o.opcintype AND f.amprocrighttype = o.opcintype
    AND f.amprocnum = 2
  CROSS JOIN LATERAL (SELECT CASE WHEN f.amproc IS NULL THEN format('hashtextextended(%I.%I::text, %s)', row_of, a.attname, a.attnum)
    ELSE format('%s(%I.%I::%s, %s)', f.amproc::regproc, row_of, a.attname,
      (SELECT quote_ident(t.typname) FROM pg_proc AS p JOIN pg_type AS t ON t.oid = p.proargtypes[0] WHERE p.oid = f.amproc), a.attnum) END) AS h (hash)
  WHERE a.attrelid = of AND a.attnum > 0 AND NOT a.attisdropped
$$;

-- Step 7, for each partition: whether it has the rows of the old table, all but those that the log has changes of. One
-- statement, and so one snapshot, counts and hashes both. NOT IN looks into a hash table of the log, where an anti-join
-- would rather make one of the rows. After TRUNCATE the log has a NULL, so that no row is compared.
CREATE OR REPLACE FUNCTION ppp.conversion_verify(of bigint, which integer, of_partition oid) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' SET intervalstyle = 'postgres'
SET extra_float_digits = 1 SET bytea_output = 'hex' SET lc_monetary = 'C' SET work_mem = '256MB' AS $$
DECLARE
  c ppp.conversion := (SELECT x FROM ppp.conversion AS x WHERE x.workflow = of AND x.number = which);
  r ppp.conversion_range;
  log text := format('%I.%I', 'ppp_convert_' || of, 'log_' || which);
  settled text;
  found record;
  hash text := ppp.conversion_hash(c.old, 'n');
BEGIN
  SELECT * INTO STRICT r FROM ppp.conversion_range AS x
    WHERE x.workflow = of AND x.number = which AND x.partition = of_partition;
  EXECUTE format('LOCK TABLE ONLY %s IN ACCESS SHARE MODE', c.old::regclass);
  settled := CASE WHEN cardinality(c.identity) = 0 THEN format('(n.%I, (n.*)::text) NOT IN (SELECT at, image FROM %s)', c.key, log)
    ELSE (SELECT format('(%s) NOT IN (SELECT %s FROM %s)', string_agg(format('n.%I', k), ', ' ORDER BY i), string_agg('k' || i, ', ' ORDER BY i), log)
      FROM unnest(c.identity) WITH ORDINALITY AS u (k, i)) END;
  EXECUTE format('SELECT a.rows, b.rows AS other, a.rows = b.rows AND a.hash IS NOT DISTINCT FROM b.hash AS same'
      ' FROM (SELECT count(*) AS rows, sum(%7$s) AS hash FROM %1$s AS n'
      ' WHERE n.%2$I >= %3$L AND n.%2$I < %4$L AND %5$s) AS a,'
      ' (SELECT count(*) AS rows, sum(%7$s) AS hash FROM %6$s AS n WHERE %5$s) AS b',
    ppp.conversion_source(c, r), c.key, r.lower, r.upper, settled, of_partition::regclass, hash) INTO found;
  IF NOT found.same THEN
    RAISE EXCEPTION '% has % rows from % to %, and its copy % that differ', c.old::regclass, found.rows, r.lower, r.upper, found.other
      USING ERRCODE = 'data_corrupted';
  END IF;
  UPDATE ppp.conversion_range AS x SET verified = true, rows = found.rows
    WHERE x.workflow = of AND x.number = which AND x.partition = of_partition;
  RETURN found.rows;
END $$;
