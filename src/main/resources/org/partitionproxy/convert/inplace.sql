-- The quick way to a partitioned table: the old one, as it is, becomes the partition of the past. Idempotent; needs
-- the other files here. What is known of the old table is a row of ppp.conversion_range: it holds all before `upper`.

-- How long the old table has to take all rows that come, in seconds: until it is read over once and has changed its name.
CREATE OR REPLACE FUNCTION ppp.conversion_room(of oid) RETURNS numeric
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT greatest(600, pg_table_size(of) / 10e6)
$$;

-- The present; where a type has no time zone, the latest that any clock on earth might show.
CREATE OR REPLACE FUNCTION ppp.conversion_present(type regtype) RETURNS numeric
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT extract(epoch FROM clock_timestamp())
    + CASE WHEN type IN ('timestamp'::regtype, 'date'::regtype) THEN 14 * 3600 ELSE 0 END
$$;

-- Where the first partition of the future begins: a whole range after the newest row and after now at least, so that nobody
-- writes beyond it before it is there. An error where rows are so far ahead that the old table would hold the future too.
CREATE OR REPLACE FUNCTION ppp.conversion_boundary(
  of oid, key text, type regtype, step bigint, unit text, zone text, ahead integer) RETURNS numeric
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
DECLARE
  place text := CASE WHEN type IN ('timestamp'::regtype, 'date'::regtype) THEN 'UTC' ELSE zone END;
  present numeric := CASE WHEN unit <> 'number' THEN ppp.conversion_present(type) END;
  until numeric := ppp.range_start(step, unit, place, present + ppp.conversion_room(of));
  newest text;
  start numeric;
BEGIN
  EXECUTE format('SELECT max(%I)::text FROM ONLY %s', key, of::regclass) INTO newest;
  IF unit <> 'number' THEN
    FOR i IN 0 .. greatest(ahead, 1) LOOP
      until := ppp.range_end(step, unit, place, until);
    END LOOP;
    IF ppp.bound_position(type, 'seconds', newest) >= until THEN
      RAISE EXCEPTION 'rows of % lie ahead: the newest is of %', of::regclass, newest
        USING ERRCODE = 'check_violation', HINT = 'The table would become the partition of all times before that. Give --ahead so many ranges,'
          ' or convert it without --in-place.';
    END IF;
    start := ppp.range_start(step, unit, place, present + ppp.conversion_room(of));
  END IF;
  start := greatest(start, ppp.range_start(step, unit, place,
    greatest(present, CASE WHEN newest <> '-infinity' THEN ppp.bound_position(type, 'seconds', newest) END)));
  start := ppp.range_end(step, unit, place, coalesce(start, 0));
  RETURN ppp.range_end(step, unit, place, start);
END $$;

-- What is in the way of this, beside what is in the way of every conversion.
CREATE OR REPLACE FUNCTION ppp.conversion_findings_in_place(
  in_schema text, in_name text, key text, step bigint, unit text, zone text, ahead integer)
RETURNS TABLE (kind text, summary text, hint text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
DECLARE
  t oid := to_regclass(quote_ident(in_schema) || '.' || quote_ident(in_name));
  type regtype := (SELECT a.atttypid FROM pg_attribute AS a WHERE a.attrelid = t AND a.attname = key AND NOT a.attisdropped);
  k record;
  start text;
BEGIN
  kind := 'refusal';
  FOR k IN SELECT x.conname, x.contype, x.convalidated FROM pg_constraint AS x
    WHERE x.conrelid = t AND (x.contype = 'f' AND x.confrelid = t OR x.contype IN ('c', 'f') AND NOT x.convalidated) ORDER BY x.conname
  LOOP
    summary := format('%s "%s" of "%s" is %s', CASE k.contype WHEN 'c' THEN 'CHECK' ELSE 'foreign key' END, k.conname, in_name,
      CASE WHEN k.convalidated THEN 'to the table itself' ELSE 'NOT VALID' END);
    hint := CASE WHEN k.convalidated THEN 'Convert the table without --in-place.'
      ELSE format('Validate it first: ALTER TABLE %s VALIDATE CONSTRAINT %I.', t::regclass, k.conname) END;
    RETURN NEXT;
  END LOOP;
  -- Unless that takes long.
  IF pg_table_size(t) < 1e9 OR EXISTS (SELECT FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = t AND a.attname = key
    JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_am AS m ON m.oid = c.relam
    WHERE i.indrelid = t AND i.indisvalid AND i.indpred IS NULL AND i.indkey[0] = a.attnum AND m.amname = 'btree')
  THEN
    BEGIN
      start := ppp.position_bound(type, 'seconds', ppp.conversion_boundary(t, key, type, step, unit, zone, ahead));
      kind := 'note';
      summary := format('"%s" becomes the partition of all before %s', in_name, start);
      hint := 'New partitions begin there. From when it gets a CHECK for that until the exchange, rows beyond are refused.';
    EXCEPTION WHEN check_violation THEN
      GET STACKED DIAGNOSTICS summary = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
    END;
    RETURN NEXT;
  END IF;
END $$;

-- The indexes that keys without the partition key need, each with the statement that makes it beside the table's users.
CREATE OR REPLACE FUNCTION ppp.conversion_key_indexes(of bigint)
RETURNS TABLE (number integer, constraint_of oid, index text, command text, key text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT c.number, k.oid, n.name,
    format('CREATE UNIQUE INDEX CONCURRENTLY %I ON %s (%s, %I)%s%s', n.name, c.old::regclass, columns.keys, c.key,
      ' INCLUDE (' || columns.others || ')',
      CASE WHEN pg_get_constraintdef(k.oid) LIKE 'UNIQUE NULLS NOT DISTINCT%' THEN ' NULLS NOT DISTINCT' ELSE '' END),
    format('%s USING INDEX %I%s%s', CASE k.contype WHEN 'p' THEN 'PRIMARY KEY' ELSE 'UNIQUE' END, n.name,
      CASE WHEN k.condeferrable THEN ' DEFERRABLE' ELSE '' END, CASE WHEN k.condeferred THEN ' INITIALLY DEFERRED' ELSE '' END)
  FROM ppp.conversion AS c
  JOIN pg_constraint AS k ON k.conrelid = c.old AND k.contype IN ('p', 'u')
  JOIN pg_index AS i ON i.indexrelid = k.conindid
  CROSS JOIN LATERAL (SELECT format('ppp_convert_%s_%s_%s', of, c.number, k.oid)) AS n (name)
  CROSS JOIN LATERAL (
    SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY u.n) FILTER (WHERE u.n <= i.indnkeyatts) AS keys,
      string_agg(quote_ident(a.attname), ', ' ORDER BY u.n) FILTER (WHERE u.n > i.indnkeyatts AND a.attname <> c.key) AS others,
      bool_or(a.attname = c.key) FILTER (WHERE u.n <= i.indnkeyatts) AS has_key
    FROM unnest(i.indkey) WITH ORDINALITY AS u (attnum, n)
    JOIN pg_attribute AS a ON a.attrelid = c.old AND a.attnum = u.attnum) AS columns
  WHERE c.workflow = of AND NOT columns.has_key
  ORDER BY c.number, k.oid
$$;

-- Whether there is a boundary, and time is left until it is reached.
CREATE OR REPLACE FUNCTION ppp.conversion_has_room(of bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
  SELECT count(r.partition) = count(*) AND coalesce(bool_and(c.unit = 'number'
    OR ppp.bound_position(c.type, c.encoding, r.upper) > ppp.conversion_present(c.type) + ppp.conversion_room(c.old) / 2), true)
  FROM ppp.conversion AS c
  LEFT JOIN ppp.conversion_range AS r ON r.workflow = c.workflow AND r.number = c.number AND r.partition = c.old
  WHERE c.workflow = of
$$;

-- Chooses the boundary, and makes the partitions after it. Nobody waits.
CREATE OR REPLACE FUNCTION ppp.conversion_choose(of bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
DECLARE
  c ppp.conversion;
  p oid;
  start numeric;
  starts numeric[];
  made bigint := 0;
BEGIN
  FOR c IN SELECT * FROM ppp.conversion AS x WHERE x.workflow = of ORDER BY x.number LOOP
    FOR p IN SELECT h.inhrelid FROM pg_inherits AS h WHERE h.inhparent = c.shadow LOOP
      EXECUTE format('DROP TABLE %s', p::regclass);
    END LOOP;
    DELETE FROM ppp.conversion_range AS r WHERE r.workflow = of AND r.number = c.number;
    start := ppp.conversion_boundary(c.old, c.key, c.type, c.step, c.unit, c.zone, c.ahead);
    INSERT INTO ppp.conversion_range (workflow, number, partition, lower, upper, copied)
      VALUES (of, c.number, c.old, 'MINVALUE', ppp.position_bound(c.type, c.encoding, start), true);
    starts := '{}';
    FOR i IN 1 .. greatest(c.ahead, 1) LOOP
      starts := starts || start;
      start := ppp.range_end(c.step, c.unit, c.zone, start);
    END LOOP;
    made := made + ppp.conversion_cover(c, starts, true);
  END LOOP;
  RETURN made;
END $$;

-- From its commit on no row comes beyond the boundary; what is there already is for VALIDATE to see.
CREATE OR REPLACE FUNCTION ppp.conversion_fence(of bigint, wanted boolean) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  fence text := 'ppp_convert_' || of;
  r record;
BEGIN
  FOR r IN SELECT c.old::regclass AS old, c.key, x.upper,
      EXISTS (SELECT FROM pg_constraint AS k WHERE k.conrelid = c.old AND k.conname = fence) AS there
    FROM ppp.conversion AS c JOIN pg_class AS t ON t.oid = c.old
    LEFT JOIN ppp.conversion_range AS x ON x.workflow = c.workflow AND x.number = c.number AND x.partition = c.old
    WHERE c.workflow = of ORDER BY c.number
  LOOP
    IF wanted AND NOT r.there THEN
      EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I CHECK (%I < %L) NOT VALID', r.old, fence, r.key, r.upper);
    ELSIF NOT wanted AND r.there THEN
      EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', r.old, fence);
    END IF;
  END LOOP;
END $$;

-- What an index of the old table is called, once that is a partition.
CREATE OR REPLACE FUNCTION ppp.conversion_part_name(partition text, in_table text, name text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN octet_length(whole) <= 63 THEN whole ELSE 'before_' || md5(whole) END
  FROM (SELECT partition || '_' || CASE WHEN starts_with(name, in_table || '_') THEN substr(name, length(in_table) + 2) ELSE name END) AS w (whole)
$$;

-- The exchange, under a lock_timeout of the caller: the old table becomes a partition of the new one, which takes its name.
-- Nothing is read: the CHECK proves that its rows fit, and its indexes are those that the new table's need.
CREATE OR REPLACE FUNCTION ppp.conversion_attach(of bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
DECLARE
  c ppp.conversion;
  r ppp.conversion_range;
  policy ppp.partition_policy;
  part text;
  old text;
  made text;
  commands text[];
  later text[] := '{}';
  command text;
BEGIN
  FOR c IN SELECT * FROM ppp.conversion AS x WHERE x.workflow = of ORDER BY x.number LOOP
    PERFORM ppp.conversion_unchanged(c, false);
    SELECT * INTO STRICT r FROM ppp.conversion_range AS x WHERE x.workflow = of AND x.number = c.number AND x.partition = c.old;
    policy.schema := c.schema; policy.name := c.name; policy.step := c.step; policy.unit := c.unit; policy.zone := c.zone;
    policy.naming := '{table}_before_{start}';
    part := ppp.free_partition_name(policy, c.zone, ppp.bound_position(c.type, c.encoding, r.upper));
    made := format('%I.%I', c.schema, c.name);
    old := format('%I.%I', c.schema, part);
    commands := ARRAY['LOCK TABLE ' || made || ' IN ACCESS EXCLUSIVE MODE']
      || ARRAY(SELECT h.command FROM ppp.conversion_handover(c, NULL) AS h WHERE h.turn = 'first')
      || ARRAY(SELECT k.command FROM ppp.conversion_keys(c, false, true) AS k WHERE k.turn = 'first')
      -- Those of the new table come to all its partitions.
      || ARRAY(SELECT format('DROP TRIGGER %I ON %s', t.tgname, made) FROM pg_trigger AS t
        WHERE t.tgrelid = c.old AND NOT t.tgisinternal ORDER BY t.tgname)
      || ARRAY(SELECT format('ALTER TABLE %s DROP CONSTRAINT %I, ADD %s', made, k.conname, i.key)
        FROM ppp.conversion_key_indexes(of) AS i JOIN pg_constraint AS k ON k.oid = i.constraint_of WHERE i.number = c.number)
      || format('ALTER TABLE %s RENAME TO %I', made, part)
      || ARRAY(SELECT format('ALTER INDEX %I.%I RENAME TO %I', c.schema, coalesce(n.index, x.relname::text),
          ppp.conversion_part_name(part, c.name, x.relname))
        FROM pg_index AS i JOIN pg_class AS x ON x.oid = i.indexrelid
        LEFT JOIN pg_constraint AS k ON k.conindid = i.indexrelid AND k.conrelid = c.old
        LEFT JOIN ppp.conversion_key_indexes(of) AS n ON n.constraint_of = k.oid
        WHERE i.indrelid = c.old AND x.relname NOT LIKE 'ppp\_convert\_%' ORDER BY x.relname)
      || format('ALTER TABLE %s SET SCHEMA %I', c.shadow::regclass, c.schema)
      || ARRAY(SELECT format('ALTER TABLE %s ADD CONSTRAINT %I %s', made, k.conname, pg_get_constraintdef(k.oid))
        FROM pg_constraint AS k WHERE k.conrelid = c.old AND k.contype = 'f' ORDER BY k.conname)
      || format('ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM (MINVALUE) TO (%L)', made, old, r.upper)
      || format('ALTER TABLE %s DROP CONSTRAINT %I', old, 'ppp_convert_' || of)
      || ARRAY(SELECT h.command FROM ppp.conversion_handover(c, NULL) AS h WHERE h.turn = 'then')
      || ARRAY(SELECT k.command FROM ppp.conversion_keys(c, false, true) AS k WHERE k.turn = 'then');
    later := later || ARRAY(SELECT k.command FROM ppp.conversion_keys(c, false, true) AS k WHERE k.turn = 'later');
    FOREACH command IN ARRAY commands LOOP
      EXECUTE command;
    END LOOP;
    FOR command IN SELECT format('ALTER TABLE %s REPLICA IDENTITY USING INDEX %I', old, x.relname)
      FROM pg_index AS i JOIN pg_inherits AS h ON h.inhparent = i.indexrelid
      JOIN pg_index AS own ON own.indexrelid = h.inhrelid AND own.indrelid = c.old JOIN pg_class AS x ON x.oid = own.indexrelid
      WHERE i.indrelid = c.shadow AND i.indisreplident
    LOOP
      EXECUTE command;
    END LOOP;
  END LOOP;
  DELETE FROM ppp.conversion_command AS x WHERE x.workflow = of;
  INSERT INTO ppp.conversion_command (workflow, number, turn, command) SELECT of, u.n, 'later', u.l FROM unnest(later) WITH ORDINALITY AS u (l, n);
  RETURN 0;
END $$;

-- What helped goes; the tables stay.
CREATE OR REPLACE FUNCTION ppp.conversion_leave(of bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  EXECUTE format('DROP SCHEMA IF EXISTS %I CASCADE', 'ppp_convert_' || of);
  DELETE FROM ppp.conversion AS x WHERE x.workflow = of;
END $$;
