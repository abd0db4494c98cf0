-- The copy: where the rows of each range are, partitions, rows, keys and indexes.

-- Looks through blocks of the old table for the ranges whose rows lie there, so many blocks at a time. What is written
-- meanwhile is in the log.
CREATE OR REPLACE FUNCTION ppp.conversion_locate(of bigint, which integer, from_block bigint, to_block bigint, at_once bigint)
RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  c ppp.conversion := (SELECT x FROM ppp.conversion AS x WHERE x.workflow = of AND x.number = which);
  past_block bigint;
BEGIN
  EXECUTE format('LOCK TABLE ONLY %s IN ACCESS SHARE MODE', c.old::regclass);
  WHILE from_block < to_block LOOP
    past_block := least(from_block + at_once, to_block);
    INSERT INTO ppp.conversion_blocks
      SELECT of, which, u.s, from_block, past_block, pg_relation_filenode(c.old), CASE u.n WHEN 1 THEN f.rows ELSE 0 END
      FROM ppp.conversion_starts(c, quote_ident(c.key), ppp.conversion_rows(c.old, from_block, past_block) || ' AS b') AS f
      CROSS JOIN LATERAL unnest(f.starts) WITH ORDINALITY AS u (s, n);
    from_block := past_block;
  END LOOP;
END $$;

-- After the tables were looked through.
CREATE OR REPLACE FUNCTION ppp.conversion_located(of bigint) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  UPDATE ppp.conversion AS c
    SET applied = 0, scattered = (SELECT coalesce(sum(b.past - b.first) > 4 * greatest(max(b.past), 1000), false) FROM ppp.conversion_blocks AS b
      WHERE b.workflow = c.workflow AND b.number = c.number)
    WHERE c.workflow = of
$$;

-- Whether it is known still where the rows lie that the log does not tell of, but for some single blocks.
CREATE OR REPLACE FUNCTION ppp.conversion_oriented(of bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(bool_and(c.applied <= 50 * (SELECT count(*) FROM ppp.conversion_range AS r WHERE r.workflow = of AND r.number = c.number)
      AND pg_relation_filenode(c.old) = ALL (SELECT b.file FROM ppp.conversion_blocks AS b WHERE b.workflow = of AND b.number = c.number)), false)
  FROM ppp.conversion AS c WHERE c.workflow = of
$$;

-- After all ranges were compared: no row of the old table lies outside of them. One that was there when the table was looked
-- through was compared, or the log tells of it. (After the exchange, rows may also be in a default partition.)
CREATE OR REPLACE FUNCTION ppp.conversion_account(of bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  c record;
  changes bigint;
BEGIN
  FOR c IN
    SELECT x.*, (SELECT coalesce(sum(b.rows), 0) FROM ppp.conversion_blocks AS b WHERE b.workflow = of AND b.number = x.number) AS located,
      (SELECT coalesce(sum(r.rows), 0) FROM ppp.conversion_range AS r WHERE r.workflow = of AND r.number = x.number) AS compared
    FROM ppp.conversion AS x WHERE x.workflow = of
  LOOP
    EXECUTE format('SELECT CASE WHEN bool_or(truncated) THEN NULL ELSE count(*) END FROM %I.%I', 'ppp_convert_' || of, 'log_' || c.number)
      INTO changes;
    IF c.located - c.compared > changes + c.applied AND NOT ppp.conversion_exchanged(of) THEN
      RAISE EXCEPTION '% has % rows, of which only % were compared', c.old::regclass, c.located, c.compared
        USING ERRCODE = 'data_corrupted', HINT = 'Abort its conversion, and report this.';
    END IF;
  END LOOP;
END $$;

-- The rows of some blocks of a table, as part of a query.
CREATE OR REPLACE FUNCTION ppp.conversion_rows(of oid, first bigint, past bigint) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT format('(SELECT * FROM ONLY %s WHERE ctid >= ''(%s,0)'' AND ctid < ''(%s,0)'')', of::regclass, first, past)
$$;

-- The rows of a range, as part of a query that asks for the range, too: of the blocks in which they were found, where
-- these are few and the table is the same file still.
CREATE OR REPLACE FUNCTION ppp.conversion_source(c ppp.conversion, r ppp.conversion_range) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE
    WHEN c.scattered THEN 'ONLY ' || c.old::regclass
    WHEN count(*) = 0 THEN ppp.conversion_rows(c.old, 0, 0)
    WHEN count(*) <= 200 AND bool_and(b.present)
      THEN '(' || string_agg(ppp.conversion_rows(c.old, b.first, b.past), ' UNION ALL ' ORDER BY b.first) || ')'
    ELSE 'ONLY ' || c.old::regclass END
  FROM (
    SELECT min(i.first) AS first, max(i.past) AS past, bool_and(i.file = pg_relation_filenode(c.old)) AS present
    FROM (
      SELECT g.*, count(*) FILTER (WHERE g.gap) OVER (ORDER BY g.first, g.past ROWS UNBOUNDED PRECEDING) AS island
      FROM (
        SELECT x.*, x.first > max(x.past) OVER (ORDER BY x.first, x.past ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS gap
        FROM ppp.conversion_blocks AS x
        WHERE x.workflow = c.workflow AND x.number = c.number AND x.start = (SELECT ppp.bound_position(c.type, c.encoding, r.lower))) AS g) AS i
    GROUP BY i.island) AS b
$$;

-- Step 3: empty partitions for the ranges in which rows are, for those ahead, and for those between, unless these are too
-- many: a row may come late.
CREATE OR REPLACE FUNCTION ppp.conversion_ranges(of bigint, which integer, most integer) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
DECLARE
  c ppp.conversion := (SELECT x FROM ppp.conversion AS x WHERE x.workflow = of AND x.number = which);
  starts numeric[] := ARRAY(SELECT DISTINCT b.start FROM ppp.conversion_blocks AS b WHERE b.workflow = of AND b.number = which);
  start numeric;
  all_starts numeric[] := '{}';
  newest numeric;
BEGIN
  IF c.ahead > 0 THEN
    start := CASE WHEN c.unit <> 'number' THEN ppp.range_start(c.step, c.unit, c.zone, extract(epoch FROM now()))
      ELSE (SELECT max(s) FROM unnest(starts) AS s) END;
    FOR i IN 0 .. c.ahead LOOP
      EXIT WHEN start IS NULL;
      starts := starts || start;
      start := ppp.range_end(c.step, c.unit, c.zone, start);
    END LOOP;
  END IF;
  SELECT min(s), max(s) INTO start, newest FROM unnest(starts) AS s;
  WHILE start <= newest AND cardinality(all_starts) < cardinality(starts) + 1000 LOOP
    all_starts := all_starts || start;
    start := ppp.range_end(c.step, c.unit, c.zone, start);
  END LOOP;
  IF start > newest THEN
    starts := all_starts;
  END IF;
  IF cardinality(starts) > most THEN
    RAISE EXCEPTION '% would get % partitions', c.old::regclass, cardinality(starts)
      USING ERRCODE = 'program_limit_exceeded', HINT = 'Choose longer ranges.';
  END IF;
  RETURN ppp.conversion_cover(c, starts, false);
END $$;

-- The statements that give a table the keys and indexes of another.
CREATE OR REPLACE FUNCTION ppp.conversion_indexes(of oid, key text, target text, named boolean) RETURNS SETOF text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN k.oid IS NOT NULL THEN format('ALTER TABLE %s ADD %s%s%s (%s)%s%s%s', target,
      CASE WHEN named THEN format('CONSTRAINT %I ', k.conname) ELSE '' END,
      CASE k.contype WHEN 'p' THEN 'PRIMARY KEY' ELSE 'UNIQUE' END,
      CASE WHEN pg_get_constraintdef(k.oid) LIKE 'UNIQUE NULLS NOT DISTINCT%' THEN ' NULLS NOT DISTINCT' ELSE '' END,
      columns.keys || CASE WHEN columns.has_key THEN '' ELSE ', ' || quote_ident(key) END,
      ' INCLUDE (' || columns.others || ')', CASE WHEN k.condeferrable THEN ' DEFERRABLE' ELSE '' END,
      CASE WHEN k.condeferred THEN ' INITIALLY DEFERRED' ELSE '' END)
    ELSE format('CREATE %sINDEX %sON %s USING %s', CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END,
      CASE WHEN named THEN quote_ident(c.relname) || ' ' ELSE '' END, target,
      substr(pg_get_indexdef(i.indexrelid), 1 + length(format('CREATE %sINDEX %I ON %s USING ',
        CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END, c.relname, of::regclass)))) END
  FROM pg_index AS i
  JOIN pg_class AS c ON c.oid = i.indexrelid
  LEFT JOIN pg_constraint AS k ON k.conindid = i.indexrelid AND k.conrelid = of AND k.contype IN ('p', 'u')
  CROSS JOIN LATERAL (
    SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY u.n) FILTER (WHERE u.n <= i.indnkeyatts) AS keys,
      string_agg(quote_ident(a.attname), ', ' ORDER BY u.n) FILTER (WHERE u.n > i.indnkeyatts AND (k.oid IS NULL OR a.attname <> key)) AS others,
      coalesce(bool_or(a.attname = key) FILTER (WHERE u.n <= i.indnkeyatts), false) AS has_key
    FROM unnest(i.indkey) WITH ORDINALITY AS u (attnum, n)
    LEFT JOIN pg_attribute AS a ON a.attrelid = of AND a.attnum = u.attnum) AS columns
  WHERE i.indrelid = of AND i.indisvalid AND c.relname NOT LIKE 'ppp\_convert\_%'
  ORDER BY i.indisprimary DESC, c.relname
$$;

-- Step 4, for each partition: its rows as one snapshot has them, then keys, indexes and statistics, of a small sample for
-- now. Returns the rows, or nothing where it is done already. Who was killed might be at it still: the lock waits for that.
CREATE OR REPLACE FUNCTION ppp.conversion_copy(of bigint, which integer, into_partition oid) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET session_replication_role = 'replica'
SET default_statistics_target = 3 AS $$
DECLARE
  c ppp.conversion := (SELECT x FROM ppp.conversion AS x WHERE x.workflow = of AND x.number = which);
  r ppp.conversion_range;
  command text;
  total bigint;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_class AS t WHERE t.oid = c.old) THEN
    RAISE EXCEPTION 'table %.% is gone', quote_ident(c.schema), quote_ident(c.name)
      USING ERRCODE = 'undefined_table', HINT = 'Abort its conversion.';
  END IF;
  EXECUTE format('LOCK TABLE %s IN EXCLUSIVE MODE', into_partition::regclass);
  SELECT * INTO STRICT r FROM ppp.conversion_range AS x
    WHERE x.workflow = of AND x.number = which AND x.partition = into_partition;
  IF r.copied THEN
    RETURN NULL;
  END IF;
  EXECUTE format('LOCK TABLE ONLY %s IN ACCESS SHARE MODE', c.old::regclass);
  EXECUTE format('INSERT INTO %1$s (%2$s) OVERRIDING SYSTEM VALUE SELECT %2$s FROM %3$s AS o WHERE %4$I >= %5$L AND %4$I < %6$L %7$s',
    into_partition::regclass, c.columns, ppp.conversion_source(c, r), c.key, r.lower, r.upper,
    CASE WHEN c.sorting = '' THEN '' ELSE 'ORDER BY ' || c.sorting END);
  GET DIAGNOSTICS total = ROW_COUNT;
  FOR command IN SELECT x FROM ppp.conversion_indexes(c.old, c.key, into_partition::regclass::text, false) AS x LOOP
    EXECUTE command;
  END LOOP;
  EXECUTE format('ANALYZE %s', into_partition::regclass);
  EXECUTE format('ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM (%L) TO (%L)', c.shadow::regclass, into_partition::regclass,
    r.lower, r.upper);
  UPDATE ppp.conversion_range AS x SET copied = true, rows = total
    WHERE x.workflow = of AND x.number = which AND x.partition = into_partition;
  RETURN total;
END $$;

-- Step 5: the new table gets the keys, indexes and triggers of the old one; its partitions have the indexes already,
-- which PostgreSQL finds by what they are.
CREATE OR REPLACE FUNCTION ppp.conversion_index(of bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  c ppp.conversion;
  command text;
BEGIN
  FOR c IN SELECT * FROM ppp.conversion AS x WHERE x.workflow = of ORDER BY x.number LOOP
    CONTINUE WHEN EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = c.shadow)
      OR EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgrelid = c.shadow);
    FOR command IN
      SELECT x FROM ppp.conversion_indexes(c.old, c.key, c.shadow::regclass::text, true) AS x
      -- Triggers of ppp's own that number rows: on a partitioned table they say in which schema the sequence is. To do that
      -- later would need the partitions' locks, one after the other, under the application.
      UNION ALL SELECT replace(CASE WHEN t.tgname LIKE '\_ppp\_number\_%' THEN replace(d, ', '''', ', format(', %L, ', c.schema)) ELSE d END,
          ' ON ' || c.old::regclass || ' ', ' ON ' || c.shadow::regclass || ' ')
        FROM pg_trigger AS t CROSS JOIN pg_get_triggerdef(t.oid) AS d
        WHERE t.tgrelid = c.old AND NOT t.tgisinternal AND t.tgname NOT LIKE 'ppp\_convert\_%'
      UNION ALL SELECT format('ALTER TABLE %s DISABLE TRIGGER %I', c.shadow::regclass, t.tgname)
        FROM pg_trigger AS t WHERE t.tgrelid = c.old AND NOT t.tgisinternal AND t.tgenabled = 'D'
      UNION ALL SELECT format('ALTER TABLE %s REPLICA IDENTITY USING INDEX %I', c.shadow::regclass, x.relname)
        FROM pg_index AS i JOIN pg_class AS x ON x.oid = i.indexrelid WHERE i.indrelid = c.old AND i.indisreplident
    LOOP
      EXECUTE command;
    END LOOP;
    FOR command IN
      SELECT format('ALTER TABLE %s REPLICA IDENTITY USING INDEX %I', own.indrelid::regclass, x.relname)
        FROM pg_index AS i JOIN pg_inherits AS h ON h.inhparent = i.indexrelid
        JOIN pg_index AS own ON own.indexrelid = h.inhrelid JOIN pg_class AS x ON x.oid = own.indexrelid
        WHERE i.indrelid = c.shadow AND i.indisreplident
    LOOP
      EXECUTE command;
    END LOOP;
  END LOOP;
END $$;
