-- The exchange, the way back, and the end of both.

-- Step 8: partitions go to where they will be; as parts of another table nobody sees them there.
CREATE OR REPLACE FUNCTION ppp.conversion_move(of bigint, most integer) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  place oid := to_regnamespace('ppp_convert_' || of);
  r record;
  moved integer := 0;
  number integer;
BEGIN
  FOR r IN SELECT p.oid, c.schema FROM ppp.conversion AS c JOIN pg_inherits AS h ON h.inhparent = c.shadow
    JOIN pg_class AS p ON p.oid = h.inhrelid WHERE c.workflow = of AND p.relnamespace = place ORDER BY p.oid LIMIT most
  LOOP
    EXECUTE format('ALTER TABLE %s SET SCHEMA %I', r.oid::regclass, r.schema);
    moved := moved + 1;
  END LOOP;
  FOR r IN SELECT s.oid, s.stxname AS name, c.schema FROM pg_statistic_ext AS s JOIN pg_inherits AS h ON h.inhrelid = s.stxrelid
    JOIN ppp.conversion AS c ON c.shadow = h.inhparent WHERE c.workflow = of AND s.stxnamespace = place
      AND NOT EXISTS (SELECT FROM pg_statistic_ext AS o WHERE o.stxname = s.stxname AND o.stxnamespace = c.schema::regnamespace)
  LOOP
    EXECUTE format('ALTER STATISTICS %I.%I SET SCHEMA %I', 'ppp_convert_' || of, r.name, r.schema);
  END LOOP;
  RETURN moved;
END $$;

-- Whether tables may change places: an exception where they are not what the conversion knows, or something uses them
-- that would not go along. On the way back columns must be as the exchange left them.
CREATE OR REPLACE FUNCTION ppp.conversion_unchanged(c ppp.conversion, back boolean) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  found text;
  columns text[] := ARRAY(
    SELECT (SELECT string_agg(concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod), nullif(a.attgenerated, '')), ', ' ORDER BY a.attnum)
      FROM pg_attribute AS a WHERE a.attrelid = t AND a.attnum > 0 AND NOT a.attisdropped)
    FROM unnest(ARRAY[c.old, c.shadow]) AS t);
BEGIN
  IF to_regclass(format('%I.%I', c.schema, c.name)) IS DISTINCT FROM c.old::regclass
      OR NOT back AND c.shape <> ppp.conversion_shape(c.old) OR back AND columns[1] IS DISTINCT FROM columns[2] THEN
    RAISE EXCEPTION 'table %.% is not what it was when its % %', quote_ident(c.schema), quote_ident(c.name),
        CASE WHEN back THEN 'new form took' ELSE 'conversion' END, CASE WHEN back THEN 'its place' ELSE 'began' END
      USING ERRCODE = 'object_not_in_prerequisite_state', HINT = CASE
        WHEN back THEN format('The old one has the columns (%s). Make them so again, or finish the conversion.', columns[2])
        ELSE 'Abort the conversion, and begin again.' END;
  END IF;
  SELECT string_agg(d, ', ') INTO found FROM ppp.conversion_dependents(ppp.conversion_tree(c.old)) AS d;
  IF back THEN
    SELECT concat_ws(', ', found, string_agg(format('foreign key %I of %s', k.conname, k.conrelid::regclass), ', ' ORDER BY k.oid))
      INTO found FROM pg_constraint AS k
      WHERE k.contype = 'f' AND k.conparentid = 0 AND k.confrelid = ANY (ppp.conversion_tree(c.old))
        AND NOT EXISTS (SELECT FROM ppp.conversion AS x WHERE x.workflow = c.workflow AND k.conrelid = ANY (ppp.conversion_tree(x.shadow)))
        AND NOT EXISTS (SELECT FROM ppp.conversion_command AS o WHERE o.workflow = c.workflow AND o.turn = 'back'
          AND starts_with(o.command, format('ALTER TABLE %s ADD CONSTRAINT %I ', k.conrelid::regclass, k.conname)));
  END IF;
  IF found <> '' THEN
    RAISE EXCEPTION '% uses the % table %.%', found, CASE WHEN back THEN 'new' ELSE 'old' END, quote_ident(c.schema), quote_ident(c.name)
      USING ERRCODE = 'dependent_objects_still_exist', HINT = CASE
        WHEN back THEN 'Drop it, abort, and make it again; or finish the conversion.'
        ELSE 'Drop it, go on, and make it again.' END;
  END IF;
END $$;

-- What an exchange does with sequences, publications and statistics: before the names change hands (turn first), and after
-- (then). away: the schema that the table goes to; nothing where it becomes a partition, in place.
CREATE OR REPLACE FUNCTION ppp.conversion_handover(c ppp.conversion, away text) RETURNS TABLE (turn text, command text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  home text := format('%I.%I', c.schema, c.name);
  s record;
BEGIN
  -- Sequences of serial columns stay where they are; one that the other table has for itself goes on with the number.
  FOR s IN
    SELECT q.oid::regclass AS sequence, q.relname, a.attname, pg_get_serial_sequence(c.shadow::regclass::text, a.attname) AS other
    FROM pg_depend AS d JOIN pg_class AS q ON q.oid = d.objid AND q.relkind = 'S'
    JOIN pg_attribute AS a ON a.attrelid = c.old AND a.attnum = d.refobjsubid
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.old AND d.deptype IN ('a', 'i')
    ORDER BY a.attnum, q.oid
  LOOP
    IF s.other IS NULL THEN
      RETURN QUERY VALUES ('first', format('ALTER SEQUENCE %s OWNED BY NONE', s.sequence)),
        ('then', format('ALTER SEQUENCE %s OWNED BY %s.%I', s.sequence, home, s.attname));
    ELSIF away IS NULL THEN
      RETURN QUERY VALUES ('first', format('SELECT setval(pg_get_serial_sequence(%L, %L)::regclass, q.last_value, q.is_called) FROM %s AS q',
          c.shadow::regclass, s.attname, s.sequence)),
        ('first', format('ALTER TABLE %s ALTER COLUMN %I DROP IDENTITY', c.old::regclass, s.attname));
    ELSE
      RETURN QUERY VALUES ('then', format('SELECT setval(pg_get_serial_sequence(%L, %L)::regclass, q.last_value, q.is_called) FROM %I.%I AS q',
        home, s.attname, away, s.relname));
    END IF;
  END LOOP;
  FOR s IN SELECT p.pubname, pg_get_expr(r.prqual, r.prrelid) AS filter,
      (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute AS a
        WHERE a.attrelid = c.old AND a.attnum = ANY (r.prattrs)) AS columns
    FROM pg_publication_rel AS r JOIN pg_publication AS p ON p.oid = r.prpubid WHERE r.prrelid = c.old ORDER BY p.pubname
  LOOP
    RETURN QUERY VALUES ('first', format('ALTER PUBLICATION %I DROP TABLE %s', s.pubname, c.old::regclass)),
      ('then', format('ALTER PUBLICATION %I ADD TABLE %s%s%s', s.pubname, home, ' (' || s.columns || ')', ' WHERE (' || s.filter || ')'));
  END LOOP;
  -- The schema that the new table's statistics objects were made in goes in the end.
  FOR s IN SELECT x.stxnamespace::regnamespace AS place, x.stxname,
      (SELECT x.stxname || CASE n WHEN 1 THEN '' ELSE n::text END FROM generate_series(1, 1000) AS n
        WHERE NOT EXISTS (SELECT FROM pg_statistic_ext AS o WHERE o.stxnamespace = c.schema::regnamespace
          AND o.stxname::text = x.stxname || CASE n WHEN 1 THEN '' ELSE n::text END) ORDER BY n LIMIT 1) AS free
    FROM pg_statistic_ext AS x WHERE x.stxrelid = c.shadow AND x.stxnamespace <> c.schema::regnamespace ORDER BY x.oid
  LOOP
    RETURN QUERY SELECT 'then', format('ALTER STATISTICS %s.%I RENAME TO %I', s.place, s.stxname, s.free) WHERE s.free <> s.stxname;
    RETURN QUERY VALUES ('then', format('ALTER STATISTICS %s.%I SET SCHEMA %I', s.place, s.free, c.schema));
  END LOOP;
END $$;

-- What it does with foreign keys of and to others. Forth: what takes their place, and what the way back will do; those
-- among the converted tables are there already. Back: only what ends, the rest is known. In place the table keeps its own.
CREATE OR REPLACE FUNCTION ppp.conversion_keys(c ppp.conversion, back boolean, in_place boolean DEFAULT false) RETURNS TABLE (turn text, command text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  home text := format('%I.%I', c.schema, c.name);
  sources oid[] := ARRAY(SELECT x FROM ppp.conversion_flow(c.workflow) AS f, unnest(ppp.conversion_tree(f.old)) AS x);
  s record;
  definition text;
BEGIN
  FOR s IN SELECT k.*, k.conrelid::regclass AS own FROM pg_constraint AS k
    WHERE k.contype = 'f' AND k.conparentid = 0 AND (k.conrelid = ANY (ppp.conversion_tree(c.old)) AND NOT in_place AND NOT (back AND k.confrelid = ANY (sources))
      OR k.confrelid = c.old AND k.conrelid <> ALL (sources)) ORDER BY k.conname, k.oid
  LOOP
    RETURN QUERY VALUES ('first', format('ALTER TABLE %s DROP CONSTRAINT %I', s.own, s.conname));
    CONTINUE WHEN back;
    definition := pg_get_constraintdef(s.oid);
    RETURN QUERY VALUES ('back', format('ALTER TABLE %s ADD CONSTRAINT %I %s NOT VALID', s.own, s.conname, replace(definition, ' NOT VALID', '')));
    IF s.convalidated THEN
      RETURN QUERY VALUES ('back later', format('ALTER TABLE %s VALIDATE CONSTRAINT %I', s.own, s.conname));
    END IF;
    IF s.conrelid <> c.old THEN
      RETURN QUERY VALUES ('then', format('ALTER TABLE %s ADD CONSTRAINT %I %s NOT VALID', s.own, s.conname,
          ppp.conversion_foreign_key(s.oid, c.key, home))),
        ('later', format('ALTER TABLE %s VALIDATE CONSTRAINT %I', s.own, s.conname));
    ELSIF s.confrelid = ANY (sources) THEN
      RETURN QUERY VALUES ('later', format('SELECT ppp.conversion_orphans(%L::regclass, %L)', home, s.conname));
    ELSE
      RETURN QUERY SELECT 'then', format('ALTER TABLE %s ADD CONSTRAINT %I %s NOT VALID', h.inhrelid::regclass, s.conname,
        replace(definition, ' NOT VALID', '')) FROM pg_inherits AS h WHERE h.inhparent = c.shadow ORDER BY h.inhrelid;
      IF s.convalidated THEN
        RETURN QUERY SELECT 'later', format('ALTER TABLE %s VALIDATE CONSTRAINT %I', h.inhrelid::regclass, s.conname)
          FROM pg_inherits AS h WHERE h.inhparent = c.shadow ORDER BY h.inhrelid;
        RETURN QUERY VALUES ('later', format('ALTER TABLE %s ADD CONSTRAINT %I %s', home, s.conname, definition));
      END IF;
    END IF;
  END LOOP;
END $$;

-- Step 9, the exchange, and the way back, under a lock_timeout of the caller: with the tables locked that the application
-- uses, the last changes are applied, and names change hands. SQLSTATE PP001: not now, for there are too many changes, or
-- a partition was made just now.
CREATE OR REPLACE FUNCTION ppp.conversion_swap(of bigint, most bigint, back boolean) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  away text := CASE WHEN back THEN 'ppp_convert_' ELSE 'ppp_before_' END || of;
  c ppp.conversion;
  turns text[] := '{}';
  commands text[] := '{}';
  command text;
  partitions bigint := (SELECT count(*) FROM ppp.conversion_range AS r WHERE r.workflow = of);
  applied bigint;
BEGIN
  IF ppp.conversion_exchanged(of) <> back THEN
    RAISE EXCEPTION 'the tables of conversion % are %', of, CASE WHEN back THEN 'not exchanged' ELSE 'exchanged already' END
      USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  IF ppp.conversion_pending(of) > most THEN
    RAISE EXCEPTION 'too many changes wait' USING ERRCODE = 'PP001';
  END IF;
  -- What to do is worked out before anybody has to wait.
  FOR c IN SELECT * FROM ppp.conversion_flow(of) LOOP
    PERFORM ppp.conversion_unchanged(c, back);
    SELECT turns || array_agg(x.turn ORDER BY x.n), commands || array_agg(x.command ORDER BY x.n) INTO turns, commands FROM (
      SELECT h.turn, h.command, 0 AS n FROM ppp.conversion_handover(c, away) AS h
      UNION ALL SELECT k.turn, k.command, 1 FROM ppp.conversion_keys(c, back) AS k
      UNION ALL VALUES ('first', format('ALTER TABLE %s SET SCHEMA %I', c.old::regclass, away), 2),
        ('first', format('ALTER TABLE %s SET SCHEMA %I', c.shadow::regclass, c.schema), 3)) AS x;
  END LOOP;
  IF back THEN
    SELECT turns || array_agg(CASE o.turn WHEN 'back' THEN 'then' ELSE 'later' END ORDER BY o.number), commands || array_agg(o.command ORDER BY o.number)
      INTO turns, commands FROM ppp.conversion_command AS o WHERE o.workflow = of AND o.turn LIKE 'back%';
  END IF;
  EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I', away);
  EXECUTE 'LOCK TABLE ' || (SELECT string_agg(f.old::regclass::text, ', ' ORDER BY f.number) FROM ppp.conversion_flow(of) AS f)
    || ' IN ACCESS EXCLUSIVE MODE';
  IF ppp.conversion_pending(of) > most THEN
    RAISE EXCEPTION 'too many changes wait' USING ERRCODE = 'PP001';
  END IF;
  applied := ppp.conversion_apply(of, true);
  IF partitions <> (SELECT count(*) FROM ppp.conversion_range AS r WHERE r.workflow = of) THEN
    RAISE EXCEPTION 'a partition was made' USING ERRCODE = 'PP001';
  END IF;
  FOR command IN SELECT u.command FROM unnest(turns, commands) WITH ORDINALITY AS u (turn, command, n)
    WHERE u.turn IN ('first', 'then') ORDER BY u.turn, u.n
  LOOP
    EXECUTE command;
  END LOOP;
  DELETE FROM ppp.conversion_command AS x WHERE x.workflow = of;
  INSERT INTO ppp.conversion_command (workflow, number, turn, command)
    SELECT of, u.n, u.turn, u.command FROM unnest(turns, commands) WITH ORDINALITY AS u (turn, command, n)
    WHERE u.turn NOT IN ('first', 'then');
  RETURN applied;
END $$;

-- Before the way back: whether the old tables can take what the new ones have, and all ranges are to be compared again. A
-- partition that went since the exchange took rows along without a word in the log.
CREATE OR REPLACE FUNCTION ppp.conversion_turn(of bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  c ppp.conversion;
  found text;
  k record;
BEGIN
  PERFORM ppp.conversion_require(of);
  FOR c IN SELECT * FROM ppp.conversion AS x WHERE x.workflow = of ORDER BY x.number LOOP
    SELECT string_agg(r.lower || ' to ' || r.upper, ', ' ORDER BY r.partition) INTO found FROM ppp.conversion_range AS r
      WHERE r.workflow = of AND r.number = c.number
        AND NOT EXISTS (SELECT FROM pg_inherits AS h WHERE h.inhparent = c.shadow AND h.inhrelid = r.partition);
    IF found IS NOT NULL THEN
      RAISE EXCEPTION 'partitions of %.% are gone since the exchange: %', quote_ident(c.schema), quote_ident(c.name), found
        USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'The old table still has what was in them. Attach them again, or finish the conversion.';
    END IF;
    FOR k IN
      SELECT x.conname, string_agg(quote_ident(a.attname), ', ' ORDER BY u.n) AS columns
      FROM pg_constraint AS x CROSS JOIN LATERAL unnest(x.conkey) WITH ORDINALITY AS u (attnum, n)
      JOIN pg_attribute AS a ON a.attrelid = x.conrelid AND a.attnum = u.attnum
      WHERE x.conrelid = c.old AND x.contype IN ('p', 'u') GROUP BY x.oid HAVING NOT bool_or(a.attname = c.key) ORDER BY x.conname
    LOOP
      EXECUTE format('SELECT string_agg(d.d, '', '') FROM (SELECT concat_ws('', '', %1$s) AS d FROM %2$s WHERE num_nulls(%1$s) = 0'
        ' GROUP BY %1$s HAVING count(*) > 1 ORDER BY %1$s LIMIT 10) AS d', k.columns, c.shadow::regclass) INTO found;
      IF found IS NOT NULL THEN
        RAISE EXCEPTION '%.% has several rows with the same (%): %', quote_ident(c.schema), quote_ident(c.name), k.columns, found
          USING ERRCODE = 'unique_violation', HINT = format(
            'Key %I of the old table has room for one of each. Change or delete the others and abort again, or finish the conversion.', k.conname);
      END IF;
    END LOOP;
    UPDATE ppp.conversion_range AS r SET verified = false WHERE r.workflow = of AND r.number = c.number;
    UPDATE ppp.conversion AS x SET applied = NULL WHERE x.workflow = of AND x.number = c.number;
    INSERT INTO ppp.conversion_range (workflow, number, partition, lower, upper, copied)
      SELECT of, c.number, p.partition, p.lower, p.upper, true FROM ppp.range_partitions(c.shadow) AS p
        WHERE p.lower IS NOT NULL AND NOT p.is_detaching
      ON CONFLICT DO NOTHING;
  END LOOP;
END $$;

-- A foreign key between two tables that were converted together was checked when it was made; what was applied later was
-- not. This finds rows without the row that they refer to.
CREATE OR REPLACE FUNCTION ppp.conversion_orphans(of regclass, constraint_name text) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  k record;
  orphans bigint;
BEGIN
  SELECT x.confrelid::regclass AS target,
      string_agg(format('n.%I = r.%I', a.attname, b.attname), ' AND ') AS same,
      string_agg(format('n.%I IS NOT NULL', a.attname), ' AND ') AS whole
    INTO k FROM pg_constraint AS x
    CROSS JOIN LATERAL unnest(x.conkey, x.confkey) AS p (own, referred)
    JOIN pg_attribute AS a ON a.attrelid = x.conrelid AND a.attnum = p.own
    JOIN pg_attribute AS b ON b.attrelid = x.confrelid AND b.attnum = p.referred
    WHERE x.conrelid = of AND x.conname = constraint_name AND x.contype = 'f'
    GROUP BY x.oid;
  EXECUTE format('SELECT count(*) FROM %s AS n WHERE %s AND NOT EXISTS (SELECT FROM %s AS r WHERE %s)', of, k.whole, k.target, k.same)
    INTO orphans;
  IF orphans > 0 THEN
    RAISE EXCEPTION '% rows of % refer to no row of %', orphans, of, k.target
      USING ERRCODE = 'foreign_key_violation', HINT = format('Foreign key %I holds for all that is written from now on; mend these rows.', constraint_name);
  END IF;
  RETURN orphans;
END $$;

-- Before the exchange, or after the way back: everything that the conversion made goes, and the old table is as it was.
CREATE OR REPLACE FUNCTION ppp.conversion_abort(of bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  tables text;
BEGIN
  IF ppp.conversion_exchanged(of) THEN
    RAISE EXCEPTION 'the tables of conversion % are exchanged', of USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  PERFORM ppp.conversion_release(of);
  SELECT string_agg(t.oid::regclass::text, ', ') INTO tables FROM ppp.conversion AS x JOIN pg_class AS t ON t.oid = x.shadow WHERE x.workflow = of;
  IF tables IS NOT NULL THEN
    EXECUTE 'DROP TABLE ' || tables;
  END IF;
  EXECUTE format('DROP SCHEMA IF EXISTS %I CASCADE', 'ppp_convert_' || of);
  EXECUTE format('DROP SCHEMA IF EXISTS %I', 'ppp_before_' || of);
  DELETE FROM ppp.conversion_command AS x WHERE x.workflow = of;
  DELETE FROM ppp.conversion AS x WHERE x.workflow = of;
END $$;

-- After the exchange: the old tables go for good, and changes are no longer logged.
CREATE OR REPLACE FUNCTION ppp.conversion_finish(of bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  tables text;
BEGIN
  IF NOT ppp.conversion_exchanged(of) THEN
    RAISE EXCEPTION 'the tables of conversion % are not exchanged yet', of USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  PERFORM ppp.conversion_release(of);
  SELECT string_agg(t.oid::regclass::text, ', ') INTO tables FROM ppp.conversion AS x JOIN pg_class AS t ON t.oid = x.old
    WHERE x.workflow = of AND t.relnamespace = to_regnamespace('ppp_before_' || of);
  IF tables IS NOT NULL THEN
    EXECUTE 'DROP TABLE ' || tables;
  END IF;
  EXECUTE format('DROP SCHEMA IF EXISTS %I CASCADE', 'ppp_before_' || of);
  EXECUTE format('DROP SCHEMA IF EXISTS %I CASCADE', 'ppp_convert_' || of);
  DELETE FROM ppp.conversion AS x WHERE x.workflow = of;
END $$;
