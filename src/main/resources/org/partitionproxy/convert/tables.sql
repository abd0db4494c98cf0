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
  PRIMARY KEY (workflow, number)
);
-- scattered: whether the rows of a range lie all over the table, so that it is of no use to know the blocks. applied: how
-- many changes were applied since the table was looked through, if the blocks of all of them were noted; not on the way back.
ALTER TABLE ppp.conversion ADD COLUMN IF NOT EXISTS scattered boolean NOT NULL DEFAULT false,
  ADD COLUMN IF NOT EXISTS applied bigint;

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
-- write a table anew. Rows that are written later may lie elsewhere: where, is noted when the log is applied, if these are
-- few. rows: of these blocks, of all ranges, told with one.
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
