-- The conversion of tables into partitioned ones, beside the application. Idempotent. ppp calls these functions, each
-- in a transaction of its own; what they know is in ppp.conversion, so that any process can go on where one was killed.
--
-- Schema ppp_convert_ID holds the new tables until the exchange, and the logs; ppp_before_ID the old ones after it. One
-- of the two is what the application uses, its source, and the other follows it by the log of its changes: before the
-- exchange the new one, from then on, until the conversion is finished, the old one, so that it can be taken back.

-- A table that is converted. identity: the columns of the key that tells its rows apart; none where whole rows do.
-- shape: what the table was when the conversion began. Not of a table that is altered meanwhile.
CREATE TABLE IF NOT EXISTS ppp.conversion (
  workflow bigint NOT NULL REFERENCES ppp.workflow ON DELETE CASCADE,
  number integer NOT NULL,
  schema text NOT NULL,
  name text NOT NULL,
  old oid NOT NULL,
  shadow oid NOT NULL,
  key text NOT NULL,
  type regtype NOT NULL,
  encoding text NOT NULL,
  step bigint NOT NULL,
  unit text NOT NULL,
  zone text NOT NULL,
  ahead integer NOT NULL,
  columns text NOT NULL,
  identity text[] NOT NULL,
  sorting text NOT NULL,
  shape text NOT NULL,
  -- Whether the rows of a range lie all over the table, so that it is of no use to know the blocks.
  scattered boolean NOT NULL DEFAULT false,
  PRIMARY KEY (workflow, number)
);

-- Of the new table: what is copied already, and compared.
CREATE TABLE IF NOT EXISTS ppp.conversion_range (
  workflow bigint NOT NULL,
  number integer NOT NULL,
  partition oid NOT NULL,
  lower text NOT NULL,
  upper text NOT NULL,
  rows bigint,
  copied boolean NOT NULL DEFAULT false,
  verified boolean NOT NULL DEFAULT false,
  PRIMARY KEY (workflow, number, partition),
  FOREIGN KEY (workflow, number) REFERENCES ppp.conversion ON DELETE CASCADE
);

-- In which blocks of the old table rows of a range lie, as of when it was looked through; of a file, for some commands
-- write a table anew. Rows that are written later may lie elsewhere. rows: of these blocks, of all ranges, told with one.
CREATE TABLE IF NOT EXISTS ppp.conversion_blocks (
  workflow bigint NOT NULL,
  number integer NOT NULL,
  start numeric NOT NULL,
  first bigint NOT NULL,
  past bigint NOT NULL,
  file oid NOT NULL,
  rows bigint NOT NULL,
  FOREIGN KEY (workflow, number) REFERENCES ppp.conversion ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS conversion_blocks_start ON ppp.conversion_blocks (workflow, number, start, first);

-- What takes the place of foreign keys that an exchange ends, as statements with the names after it. turn: later, what
-- is left to do; back, what the way back does in its transaction, and back later, after it.
CREATE TABLE IF NOT EXISTS ppp.conversion_command (
  workflow bigint NOT NULL REFERENCES ppp.workflow ON DELETE CASCADE,
  number integer NOT NULL,
  turn text NOT NULL,
  command text NOT NULL,
  done boolean NOT NULL DEFAULT false,
  PRIMARY KEY (workflow, number)
);

-- Whether the new tables are in the place of the old ones: all that is left of either tells it.
CREATE OR REPLACE FUNCTION ppp.conversion_exchanged(of bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT FROM ppp.conversion AS c JOIN pg_class AS t
      ON t.oid = c.old AND t.relnamespace = to_regnamespace('ppp_before_' || of)
      OR t.oid = c.shadow AND t.relnamespace IS DISTINCT FROM to_regnamespace('ppp_convert_' || of)
    WHERE c.workflow = of)
$$;

-- An exception where a table is gone that the conversion needs.
CREATE OR REPLACE FUNCTION ppp.conversion_require(of bigint) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  c ppp.conversion;
  back boolean := ppp.conversion_exchanged(of);
BEGIN
  FOR c IN SELECT * FROM ppp.conversion_flow(of) LOOP
    IF NOT EXISTS (SELECT FROM pg_class AS t WHERE t.oid = c.old) THEN
      RAISE EXCEPTION 'table %.% is gone', quote_ident(c.schema), quote_ident(c.name)
        USING ERRCODE = 'undefined_table', HINT = ppp.conversion_way_out(of);
    ELSIF NOT EXISTS (SELECT FROM pg_class AS t WHERE t.oid = c.shadow) THEN
      RAISE EXCEPTION 'the % form of table %.% is gone', CASE WHEN back THEN 'old' ELSE 'new' END, quote_ident(c.schema), quote_ident(c.name)
        USING ERRCODE = 'undefined_table', HINT = CASE WHEN back THEN 'There is no way back: finish its conversion.' ELSE 'Abort its conversion.' END;
    END IF;
  END LOOP;
END $$;

-- The tables as changes flow: here old is the one that the application uses, and shadow the one that follows it.
CREATE OR REPLACE FUNCTION ppp.conversion_flow(of bigint) RETURNS SETOF ppp.conversion
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  c ppp.conversion;
  back boolean := ppp.conversion_exchanged(of);
BEGIN
  FOR c IN SELECT * FROM ppp.conversion AS x WHERE x.workflow = of ORDER BY x.number LOOP
    IF back THEN
      SELECT c.shadow, c.old INTO c.old, c.shadow;
    END IF;
    RETURN NEXT c;
  END LOOP;
END $$;

-- A table and its partitions.
CREATE OR REPLACE FUNCTION ppp.conversion_tree(of oid) RETURNS oid[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT ARRAY(SELECT of UNION ALL SELECT h.inhrelid FROM pg_inherits AS h WHERE h.inhparent = of ORDER BY 1)
$$;

-- What uses tables by their OIDs, or a view over them, and would go on with them when others take their names. Not plain
-- views: an exchange makes them anew.
CREATE OR REPLACE FUNCTION ppp.conversion_dependents(tables oid[]) RETURNS SETOF text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  WITH RECURSIVE shown (oid) AS (
    SELECT unnest(tables)
    UNION
    SELECT w.ev_class FROM shown AS s
    JOIN pg_depend AS d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = s.oid AND d.classid = 'pg_rewrite'::regclass
    JOIN pg_rewrite AS w ON w.oid = d.objid AND w.ev_type = '1'
    JOIN pg_class AS v ON v.oid = w.ev_class AND v.relkind = 'v')
  SELECT DISTINCT pg_describe_object(d.classid, d.objid, 0)
  FROM (
    SELECT 'pg_class'::regclass AS classid, w.ev_class AS objid
      FROM shown AS s
      JOIN pg_depend AS d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = s.oid AND d.classid = 'pg_rewrite'::regclass
      JOIN pg_rewrite AS w ON w.oid = d.objid AND w.ev_class NOT IN (SELECT o.oid FROM shown AS o)
    UNION ALL SELECT d.classid, d.objid FROM shown AS s
      JOIN pg_depend AS d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = s.oid AND d.deptype = 'n'
      LEFT JOIN pg_policy AS p ON d.classid = 'pg_policy'::regclass AND p.oid = d.objid
      WHERE d.classid = 'pg_proc'::regclass OR p.polrelid NOT IN (SELECT o.oid FROM shown AS o)
    UNION ALL SELECT d.classid, d.objid FROM shown AS s
      JOIN pg_class AS t ON t.oid = s.oid
      JOIN pg_type AS y ON y.oid = t.reltype OR y.typelem = t.reltype
      JOIN pg_depend AS d ON d.refclassid = 'pg_type'::regclass AND d.refobjid = y.oid AND d.deptype = 'n'
      LEFT JOIN pg_rewrite AS w ON d.classid = 'pg_rewrite'::regclass AND w.oid = d.objid
      WHERE w.ev_class IS NULL OR w.ev_class NOT IN (SELECT o.oid FROM shown AS o)) AS d
  ORDER BY 1
$$;

-- What of a table has to stay as it is.
CREATE OR REPLACE FUNCTION ppp.conversion_shape(of oid) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT md5(coalesce(string_agg(s.what, '|' ORDER BY s.what), '')) FROM (
    SELECT concat('column ', attnum, attname, atttypid, atttypmod, attnotnull, attidentity, attgenerated, attacl,
        pg_get_expr(d.adbin, d.adrelid))
      FROM pg_attribute LEFT JOIN pg_attrdef AS d ON d.adrelid = attrelid AND d.adnum = attnum
      WHERE attrelid = of AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT concat('constraint ', conname, pg_get_constraintdef(oid), convalidated)
      FROM pg_constraint WHERE conname NOT LIKE 'ppp\_convert\_%' AND (conrelid = of OR confrelid = of AND conparentid = 0)
    UNION ALL SELECT concat('index ', pg_get_indexdef(indexrelid))
      FROM pg_index JOIN pg_class AS c ON c.oid = indexrelid
      WHERE indrelid = of AND indisvalid AND c.relname NOT LIKE 'ppp\_convert\_%'
    UNION ALL SELECT concat('trigger ', pg_get_triggerdef(oid), tgenabled)
      FROM pg_trigger WHERE tgrelid = of AND NOT tgisinternal AND tgname NOT LIKE 'ppp\_convert\_%'
    UNION ALL SELECT concat('policy ', polname, polcmd, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
      FROM pg_policy WHERE polrelid = of
    UNION ALL SELECT concat('table ', relowner, relacl, relrowsecurity, relforcerowsecurity, relreplident)
      FROM pg_class WHERE oid = of
  ) AS s (what)
$$;

-- The columns of a key that tells rows apart, in types that pg_catalog compares; none if there is no such key.
CREATE OR REPLACE FUNCTION ppp.conversion_identity(of oid) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce((
    SELECT array_agg(a.attname::text ORDER BY k.position)
    FROM pg_index AS i
    CROSS JOIN LATERAL unnest(i.indkey[0:i.indnkeyatts - 1]) WITH ORDINALITY AS k (attnum, position)
    LEFT JOIN pg_attribute AS a ON a.attrelid = of AND a.attnum = k.attnum
    LEFT JOIN pg_type AS t ON t.oid = a.atttypid
    WHERE i.indrelid = of AND i.indisunique AND i.indimmediate AND i.indisvalid AND i.indpred IS NULL
    GROUP BY i.indexrelid, i.indisprimary
    HAVING bool_and(coalesce(a.attnotnull AND (t.typnamespace = 'pg_catalog'::regnamespace OR t.typtype = 'e'), false))
    ORDER BY i.indisprimary DESC, count(*), i.indexrelid
    LIMIT 1), '{}')
$$;

-- The column beside that of a foreign key which holds the partition key of the row that it refers to: chat_created_at
-- for chat_id, which refers to id; owner_created_at for owner. It need not be there.
CREATE OR REPLACE FUNCTION ppp.conversion_companion(constraint_of oid, key text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN fits THEN left(own, -length(referred)) ELSE own || '_' END || key
  FROM (
    SELECT a.attname::text AS own, r.attname::text AS referred, p.position,
      a.attname::text LIKE '%' || replace(replace(r.attname::text, '\', '\\'), '_', '\_') AND a.attname <> r.attname AS fits
    FROM pg_constraint AS k
    CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY AS p (own, referred, position)
    JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = p.own
    JOIN pg_attribute AS r ON r.attrelid = k.confrelid AND r.attnum = p.referred
    WHERE k.oid = constraint_of) AS c
  ORDER BY fits DESC, position LIMIT 1
$$;

-- Of the trigger that fills such a column, and with the table's name of its function.
CREATE OR REPLACE FUNCTION ppp.conversion_fill_name(name text, companion text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN octet_length(n) <= 63 THEN n ELSE 'ppp_fill_' || md5(n) END
  FROM (SELECT concat_ws('_', 'ppp_fill', nullif(name, ''), companion)) AS f (n)
$$;

-- Whether ppp can add it. Only beside a single column MATCH FULL keeps what the key kept before.
CREATE OR REPLACE FUNCTION ppp.conversion_can_add(constraint_of oid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT cardinality(k.conkey) = 1 AND c.relnamespace = t.relnamespace AND c.relkind = 'r' AND NOT c.relispartition
  FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid JOIN pg_class AS t ON t.oid = k.confrelid
  WHERE k.oid = constraint_of
$$;

-- A foreign key to a converted table as it will be, with the partition key; nothing where it can't be, since the referring
-- table lacks the column. Where ppp added that: a row without it is refused, rather than not checked, and who changes the
-- key of a row that is referred to may go on doing so.
CREATE OR REPLACE FUNCTION ppp.conversion_foreign_key(constraint_of oid, key text, target text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT format('FOREIGN KEY (%s) REFERENCES %s (%s)%s', own, target, referred,
    CASE WHEN filled THEN ' MATCH FULL' || CASE WHEN actions LIKE '% ON UPDATE %' THEN '' ELSE ' ON UPDATE CASCADE' END
        || replace(actions, ' MATCH FULL', '')
      ELSE actions END)
  FROM pg_constraint AS k
  CROSS JOIN LATERAL (
    SELECT substring(replace(pg_get_constraintdef(k.oid), ' NOT VALID', '')
      FROM '\)((?: MATCH [A-Z]+)?(?: ON (?:UPDATE|DELETE) .*)?(?: (?:NOT )?DEFERRABLE.*)?)$')
    ) AS a (actions)
  CROSS JOIN LATERAL (
    SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY p.position)
        || CASE WHEN bool_or(r.attname = key) THEN '' ELSE ', ' || quote_ident(c.attname) END AS own,
      string_agg(quote_ident(r.attname), ', ' ORDER BY p.position)
        || CASE WHEN bool_or(r.attname = key) THEN '' ELSE ', ' || quote_ident(key) END AS referred,
      EXISTS (SELECT FROM pg_trigger AS f WHERE f.tgrelid = k.conrelid AND f.tgname = ppp.conversion_fill_name('', c.attname)) AS filled
    FROM unnest(k.conkey, k.confkey) WITH ORDINALITY AS p (own, referred, position)
    JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = p.own
    JOIN pg_attribute AS r ON r.attrelid = k.confrelid AND r.attnum = p.referred
    LEFT JOIN pg_attribute AS c ON c.attrelid = k.conrelid AND NOT c.attisdropped
      AND c.attname = ppp.conversion_companion(k.oid, key)
    GROUP BY c.attname) AS columns
  WHERE k.oid = constraint_of AND own IS NOT NULL
$$;

-- Everything that is in the way, and what to know before. kind: refusal or note.
CREATE OR REPLACE FUNCTION ppp.conversion_findings(
  in_schema text, names text[], key text, number boolean, widen boolean, add_columns boolean)
RETURNS TABLE (kind text, summary text, hint text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  name text;
  t pg_class;
  at pg_attribute;
  base oid;
  all_of oid[] := ARRAY(SELECT c.oid FROM pg_class AS c
    WHERE c.relnamespace = to_regnamespace(quote_ident(in_schema)) AND c.relname = ANY (names) AND c.relkind IN ('r', 'p'));
  i record;
  needs text;
BEGIN
  kind := 'refusal';
  FOREACH name IN ARRAY names LOOP
    SELECT * INTO t FROM pg_class AS c
      WHERE c.relnamespace = to_regnamespace(quote_ident(in_schema)) AND c.relname = name;
    IF NOT FOUND THEN
      summary := format('there is no table "%s" in schema "%s"', name, in_schema);
      hint := 'Tables are named without their schema, as the catalogs have them.';
      RETURN NEXT; CONTINUE;
    ELSIF t.relkind = 'p' THEN
      summary := format('table "%s" is partitioned already', name);
      hint := 'There is nothing to convert; `ppp partitions maintain` makes its partitions.';
      RETURN NEXT; CONTINUE;
    ELSIF t.relkind <> 'r' OR t.relpersistence <> 'p' OR t.relispartition OR t.reloftype <> 0
        OR EXISTS (SELECT FROM pg_inherits AS h WHERE t.oid IN (h.inhrelid, h.inhparent))
        OR t.relam <> (SELECT a.oid FROM pg_am AS a WHERE a.amname = 'heap') THEN
      summary := format('"%s" is not an ordinary table', name);
      hint := 'Only a permanent table that has no parent, no children and no type of its own can be converted.';
      RETURN NEXT; CONTINUE;
    END IF;
    SELECT * INTO at FROM pg_attribute AS a WHERE a.attrelid = t.oid AND a.attname = key AND a.attnum > 0 AND NOT a.attisdropped;
    IF NOT FOUND THEN
      summary := format('table "%s" has no column "%s"', name, key);
      hint := 'Its columns are ' || (SELECT string_agg(a.attname, ', ' ORDER BY a.attnum) FROM pg_attribute AS a
        WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped) || '.';
      RETURN NEXT; CONTINUE;
    END IF;
    IF NOT at.attnotnull THEN
      summary := format('column "%s" of "%s" may be NULL', key, name);
      hint := format('A partition key may not. Without a long lock: ALTER TABLE %s ADD CHECK (%I IS NOT NULL) NOT VALID, VALIDATE it, then ALTER COLUMN %I SET NOT NULL.', t.oid::regclass, key, key);
      RETURN NEXT;
    END IF;
    IF at.attgenerated <> '' OR at.atttypid <> ALL (CASE WHEN number THEN '{int2,int4,int8}'::regtype[]
        ELSE '{timestamptz,timestamp,date}'::regtype[] END) THEN
      summary := format('column "%s" of "%s" is %s%s', key, name, format_type(at.atttypid, at.atttypmod),
        CASE WHEN at.attgenerated <> '' THEN ' and generated' ELSE '' END);
      hint := CASE WHEN number THEN 'Ranges of numbers need smallint, integer or bigint.'
        ELSE 'Ranges of time need timestamptz, timestamp or date; for ranges of numbers give --every a number.' END;
      RETURN NEXT;
    END IF;
    IF EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = t.oid AND a.attgenerated = 'v' AND NOT a.attisdropped)
        AND ppp.conversion_identity(t.oid) = '{}' THEN
      summary := format('table "%s" has a virtual generated column and no key', name);
      hint := 'Triggers don''t see such columns, and rows are told apart by all columns where there is no key. Add a primary key first.';
      RETURN NEXT;
    END IF;
    FOR i IN
      SELECT c.relname, x.indisprimary, x.indisunique, x.indexrelid, k.contype, k.conname,
        at.attnum = ANY (x.indkey[0:x.indnkeyatts - 1]::int2[]) AS has_key,
        (SELECT string_agg(pg_get_indexdef(x.indexrelid, p, true), ', ' ORDER BY p) FROM generate_series(1, x.indnkeyatts) AS p) AS columns
      FROM pg_index AS x JOIN pg_class AS c ON c.oid = x.indexrelid
      LEFT JOIN pg_constraint AS k ON k.conindid = x.indexrelid AND k.contype IN ('p', 'u', 'x') AND k.conrelid = t.oid
      WHERE x.indrelid = t.oid ORDER BY c.relname
    LOOP
      needs := i.columns || ', ' || quote_ident(key);
      IF i.contype = 'x' THEN
        summary := format('table "%s" has exclusion constraint "%s"', name, i.conname);
        hint := 'PostgreSQL does not have them on partitioned tables in every version; drop it first.';
        RETURN NEXT;
      ELSIF i.indisunique AND NOT i.has_key AND i.indisprimary THEN
        kind := 'note';
        summary := format('the primary key of "%s" becomes (%s)', name, needs);
        hint := 'A key of a partitioned table holds its partition key; that ' || i.columns || ' alone is unique is no longer checked.';
        RETURN NEXT;
        kind := 'refusal';
      ELSIF i.indisunique AND NOT i.has_key AND NOT (widen AND i.contype = 'u') THEN
        summary := format('"%s" of "%s" is unique without "%s": it would have to become (%s)', i.relname, name, key, needs);
        hint := CASE WHEN i.contype = 'u' THEN 'Give --widen-keys if that is enough, or drop it first: it would no longer keep ' || i.columns || ' unique.'
          ELSE 'Drop the index first; it would no longer keep ' || i.columns || ' unique.' END;
        RETURN NEXT;
      END IF;
    END LOOP;
    FOR i IN SELECT k.* FROM pg_constraint AS k
      WHERE (k.confrelid = t.oid AND k.contype = 'f' AND k.conparentid = 0) OR (k.conrelid = t.oid AND k.connoinherit AND k.contype = 'c')
      ORDER BY k.conname
    LOOP
      IF i.contype = 'c' THEN
        summary := format('CHECK "%s" of "%s" is NO INHERIT', i.conname, name);
        hint := 'A partitioned table has no such constraint; drop it first.';
        RETURN NEXT;
      ELSIF ppp.conversion_foreign_key(i.oid, key, '') IS NULL THEN
        needs := ppp.conversion_companion(i.oid, key);
        IF add_columns AND ppp.conversion_can_add(i.oid) THEN
          kind := 'note';
          summary := format('table %s gets column "%s", which foreign key "%s" will need', i.conrelid::regclass, needs, i.conname);
          hint := format('It is filled with the "%s" of the row in "%s". Trigger "%s" goes on filling it where it is left out. `ppp initialize` shows it on the veneer.',
            key, name, ppp.conversion_fill_name('', needs));
          RETURN NEXT;
          kind := 'refusal';
          CONTINUE;
        END IF;
        summary := format('foreign key "%s" of "%s" points at "%s" without its partition key', i.conname, i.conrelid::regclass, name);
        hint := format('It would need a column with the "%s" of the row it points at. %s: ALTER TABLE %s ADD COLUMN %I %s; or drop the foreign key.',
          key, CASE WHEN ppp.conversion_can_add(i.oid) THEN '--add-key-columns adds and fills it. Or do it' ELSE 'Add and fill one first' END,
          i.conrelid::regclass, needs, format_type(at.atttypid, at.atttypmod));
        RETURN NEXT;
      ELSIF i.conrelid <> ALL (all_of) AND EXISTS (SELECT FROM pg_class AS c WHERE c.oid = i.conrelid AND (c.relkind = 'p' OR c.relispartition)) THEN
        summary := format('foreign key "%s" of partitioned table "%s" points at "%s"', i.conname, i.conrelid::regclass, name);
        hint := 'It can''t be made anew without a long lock. Drop it first, and add it again after the exchange.';
        RETURN NEXT;
      ELSIF NOT (SELECT bool_or(r.attname = key) FROM pg_attribute AS r WHERE r.attrelid = t.oid AND r.attnum = ANY (i.confkey)) THEN
        kind := 'note';
        summary := format('foreign key "%s" of "%s" becomes %s', i.conname, i.conrelid::regclass, ppp.conversion_foreign_key(i.oid, key, name));
        hint := format('Every row has to have in "%s" what its "%s" has in "%s".', ppp.conversion_companion(i.oid, key), name, key);
        RETURN NEXT;
        kind := 'refusal';
      END IF;
    END LOOP;
    FOR i IN
      SELECT d AS what FROM ppp.conversion_dependents(ARRAY[t.oid]) AS d
    LOOP
      summary := format('%s depends on table "%s"', i.what, name);
      hint := 'It would go on with the old table. Drop it before, and make it again after the exchange.';
      RETURN NEXT;
    END LOOP;
    FOR i IN SELECT DISTINCT w.ev_class::regclass AS what, k.conname
      FROM pg_constraint AS k
      JOIN pg_depend AS d ON d.refclassid = 'pg_constraint'::regclass AND d.refobjid = k.oid AND d.classid = 'pg_rewrite'::regclass
      JOIN pg_rewrite AS w ON w.oid = d.objid
      WHERE k.conrelid = t.oid AND k.contype = 'p' AND at.attnum <> ALL (k.conkey) ORDER BY 1
    LOOP
      summary := format('view %s groups by primary key "%s" of "%s", which gets another column', i.what, i.conname, name);
      hint := format('Group by %I, too.', key);
      RETURN NEXT;
    END LOOP;
    FOR i IN SELECT g.tgname, g.tgenabled, g.tgnewtable, g.tgoldtable, g.tgtype FROM pg_trigger AS g
      WHERE g.tgrelid = t.oid AND NOT g.tgisinternal ORDER BY g.tgname
    LOOP
      IF i.tgname LIKE 'ppp\_convert\_%' THEN
        summary := format('table "%s" is being converted already', name);
        hint := '`ppp workflows` shows by what.';
        RETURN NEXT;
      ELSIF i.tgenabled IN ('A', 'R') OR (i.tgtype & 1 = 1 AND (i.tgnewtable IS NOT NULL OR i.tgoldtable IS NOT NULL)) THEN
        summary := format('trigger "%s" of "%s" is %s', i.tgname, name,
          CASE WHEN i.tgenabled IN ('A', 'R') THEN 'ENABLE ALWAYS or ENABLE REPLICA' ELSE 'for each row with transition tables' END);
        hint := CASE WHEN i.tgenabled IN ('A', 'R') THEN 'It would fire for what is copied; disable it until the exchange.'
          ELSE 'PostgreSQL has no such triggers on partitions.' END;
        RETURN NEXT;
      ELSIF i.tgtype & 1 = 1 AND i.tgname NOT LIKE '\_ppp\_%' THEN
        kind := 'note';
        summary := format('trigger "%s" of "%s" fires on its partitions', i.tgname, name);
        hint := 'TG_TABLE_NAME and TG_RELID are those of the partition then.';
        RETURN NEXT;
        kind := 'refusal';
      END IF;
    END LOOP;
    IF t.relhasrules THEN
      summary := format('table "%s" has rules', name);
      hint := 'Drop them first.';
      RETURN NEXT;
    END IF;
    FOR i IN SELECT p.pubname FROM pg_publication AS p
      WHERE p.puballtables OR EXISTS (SELECT FROM pg_publication_namespace AS n WHERE n.pnpubid = p.oid AND n.pnnspid = t.relnamespace)
    LOOP
      summary := format('publication "%s" publishes "%s" with all that is beside it', i.pubname, name);
      hint := 'Subscribers would get the copy as well. Publish tables by their names.';
      RETURN NEXT;
    END LOOP;
    FOR i IN SELECT p.pubname FROM pg_publication AS p JOIN pg_publication_rel AS r ON r.prpubid = p.oid
      WHERE r.prrelid = t.oid AND NOT p.pubviaroot AND (r.prattrs IS NOT NULL OR r.prqual IS NOT NULL) ORDER BY p.pubname
    LOOP
      summary := format('publication "%s" publishes only a part of "%s"', i.pubname, name);
      hint := format('Of a partitioned table it can only with publish_via_partition_root: ALTER PUBLICATION %I SET (publish_via_partition_root = true).', i.pubname);
      RETURN NEXT;
    END LOOP;
    IF current_setting('server_version_num')::integer < 170000
        AND EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = t.oid AND a.attidentity <> '') THEN
      kind := 'note';
      summary := format('the identity of "%s" becomes a default from a sequence', name);
      hint := 'Partitioned tables have identities from PostgreSQL 17 on.';
      RETURN NEXT;
      kind := 'refusal';
    END IF;
    kind := 'note';
    FOR i IN SELECT a.pid, a.application_name, a.xact_start FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid
      WHERE l.relation = t.oid AND l.granted AND a.xact_start < now() - interval '10 seconds' AND a.pid <> pg_backend_pid()
      GROUP BY a.pid, a.application_name, a.xact_start ORDER BY a.pid
    LOOP
      summary := format('process %s ("%s") has used "%s" in a transaction since %s', i.pid, i.application_name, name, i.xact_start::timestamptz(0));
      hint := 'The conversion waits for its end before it begins, or at the exchange.';
      RETURN NEXT;
    END LOOP;
    kind := 'refusal';
  END LOOP;
END $$;

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
    PERFORM ppp.make_partition(c.shadow, name, lower, upper, false, options);
    INSERT INTO ppp.conversion_range (workflow, number, partition, lower, upper, copied)
      SELECT c.workflow, c.number, o.oid, cover.lower, cover.upper, cover.copied
      FROM pg_class AS o CROSS JOIN (SELECT lower, upper, copied) AS cover
      WHERE o.relname = name AND o.relnamespace = (SELECT s.relnamespace FROM pg_class AS s WHERE s.oid = c.shadow);
    IF NOT copied THEN
      EXECUTE format('ALTER TABLE %s DETACH PARTITION %I.%I', c.shadow::regclass, 'ppp_convert_' || c.workflow, name);
    END IF;
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
    SET scattered = (SELECT coalesce(sum(b.past - b.first) > 4 * greatest(max(b.past), 1000), false) FROM ppp.conversion_blocks AS b
      WHERE b.workflow = c.workflow AND b.number = c.number)
    WHERE c.workflow = of
$$;

-- After all ranges were compared: no row lies outside of them. A row that was there when the table was looked through was
-- compared, or the log tells of it.
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
    IF c.located - c.compared > changes THEN
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
    WHEN count(*) BETWEEN 1 AND 100 AND bool_and(b.present)
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
SET default_statistics_target = 10 AS $$
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

-- Step 6, again and again, and on the way back: brings the tables that follow to what their sources are in this snapshot
-- (REPEATABLE READ, or the sources locked). Of everything in the log, by its key and its place: what the one that follows
-- has of it goes, and what the source has now comes. So order does not matter, and doing it twice does no harm. Returns
-- how many entries there were.
-- What to do when a table is gone.
CREATE OR REPLACE FUNCTION ppp.conversion_way_out(of bigint) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN ppp.conversion_exchanged(of)
    THEN format('What it was before its conversion is in schema "ppp_before_%s"; take what you need from there, then finish the conversion.', of)
    ELSE 'Abort its conversion.' END
$$;

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
  other text;
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
    IF cardinality(c.identity) = 0 THEN
      EXECUTE format('DELETE FROM %s AS n USING (SELECT DISTINCT image, at FROM %s) AS l WHERE n.%I = l.at AND (n.*)::text = l.image',
        c.shadow::regclass, log, c.key);
      EXECUTE format('INSERT INTO %1$s (%2$s) OVERRIDING SYSTEM VALUE SELECT %2$s FROM (SELECT o.* FROM %3$s AS o'
          ' JOIN (SELECT DISTINCT image, at FROM %4$s) AS l ON o.%5$I = l.at AND (o.*)::text = l.image) AS o',
        c.shadow::regclass, c.columns, c.old::regclass, log, c.key);
    ELSE
      SELECT string_agg(format('n.%I = l.k%s', k, i), ' AND ' ORDER BY i) INTO other FROM unnest(c.identity) WITH ORDINALITY AS u (k, i);
      EXECUTE format('DELETE FROM %s AS n USING (SELECT DISTINCT * FROM %s) AS l WHERE %s AND n.%I = l.at',
        c.shadow::regclass, log, other, c.key);
      EXECUTE format('INSERT INTO %1$s (%2$s) OVERRIDING SYSTEM VALUE SELECT %2$s FROM (SELECT n.* FROM %3$s AS n'
          ' JOIN (SELECT DISTINCT * FROM %4$s) AS l ON %5$s AND n.%6$I = l.at) AS o',
        c.shadow::regclass, c.columns, c.old::regclass, log, other, c.key);
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
      WHERE r.workflow = of AND r.number = c.number AND r.rows > 0
        AND NOT EXISTS (SELECT FROM pg_inherits AS h WHERE h.inhparent = c.shadow AND h.inhrelid = r.partition);
    IF found IS NOT NULL THEN
      RAISE EXCEPTION 'partitions of %.% are gone since the exchange: %', quote_ident(c.schema), quote_ident(c.name), found
        USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'The old table still has their rows. Attach them again, or finish the conversion.';
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
    DELETE FROM ppp.conversion_range AS r WHERE r.workflow = of AND r.number = c.number
      AND NOT EXISTS (SELECT FROM pg_inherits AS h WHERE h.inhparent = c.shadow AND h.inhrelid = r.partition);
    UPDATE ppp.conversion_range AS r SET verified = false WHERE r.workflow = of AND r.number = c.number;
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

DO $$
DECLARE
  mine regprocedure;
BEGIN
  FOR mine IN SELECT p.oid FROM pg_catalog.pg_proc AS p
    WHERE p.pronamespace = 'ppp'::pg_catalog.regnamespace AND p.proname LIKE 'conversion\_%'
  LOOP
    EXECUTE pg_catalog.format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', mine);
  END LOOP;
END $$;
