-- The conversion of tables into partitioned ones, beside the application. Idempotent. ppp calls these functions, each
-- in a transaction of its own; what they know is in ppp.conversion, so that any process can go on where one was killed.
--
-- Schema ppp_convert_ID holds the new tables until the exchange, and the logs; ppp_before_ID the old ones after it.

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

-- Foreign keys that the exchange ends, and what takes their place, as statements with the names after the exchange.
CREATE TABLE IF NOT EXISTS ppp.conversion_command (
  workflow bigint NOT NULL REFERENCES ppp.workflow ON DELETE CASCADE,
  number integer NOT NULL,
  command text NOT NULL,
  done boolean NOT NULL DEFAULT false,
  PRIMARY KEY (workflow, number)
);

-- What of a table has to stay as it is.
CREATE OR REPLACE FUNCTION ppp.conversion_shape(of oid) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT md5(coalesce(string_agg(s.what, '|' ORDER BY s.what), '')) FROM (
    SELECT concat('column ', attnum, attname, atttypid, atttypmod, attnotnull, attidentity, attgenerated, attacl,
        pg_get_expr(d.adbin, d.adrelid))
      FROM pg_attribute LEFT JOIN pg_attrdef AS d ON d.adrelid = attrelid AND d.adnum = attnum
      WHERE attrelid = of AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT concat('constraint ', conname, pg_get_constraintdef(oid), convalidated)
      FROM pg_constraint WHERE conrelid = of OR confrelid = of AND conparentid = 0
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
-- for chat_id, which refers to id. Nothing where there is none.
CREATE OR REPLACE FUNCTION ppp.conversion_companion(constraint_of oid, key text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT left(a.attname::text, -length(r.attname::text)) || key
  FROM pg_constraint AS k
  CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY AS p (own, referred, position)
  JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = p.own
  JOIN pg_attribute AS r ON r.attrelid = k.confrelid AND r.attnum = p.referred
  WHERE k.oid = constraint_of AND a.attname::text LIKE '%' || replace(replace(r.attname::text, '\', '\\'), '_', '\_')
  ORDER BY p.position LIMIT 1
$$;

-- A foreign key to a converted table as it will be, with the partition key; nothing where it can't be, since the referring
-- table lacks the column.
CREATE OR REPLACE FUNCTION ppp.conversion_foreign_key(constraint_of oid, key text, target text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT format('FOREIGN KEY (%s) REFERENCES %s (%s)%s', own, target, referred,
    substring(pg_get_constraintdef(k.oid) FROM '\)((?: MATCH [A-Z]+)?(?: ON (?:UPDATE|DELETE) .*)?(?: (?:NOT )?DEFERRABLE.*)?)$'))
  FROM pg_constraint AS k
  CROSS JOIN LATERAL (
    SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY p.position)
        || CASE WHEN bool_or(r.attname = key) THEN '' ELSE ', ' || quote_ident(c.attname) END AS own,
      string_agg(quote_ident(r.attname), ', ' ORDER BY p.position)
        || CASE WHEN bool_or(r.attname = key) THEN '' ELSE ', ' || quote_ident(key) END AS referred
    FROM unnest(k.conkey, k.confkey) WITH ORDINALITY AS p (own, referred, position)
    JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = p.own
    JOIN pg_attribute AS r ON r.attrelid = k.confrelid AND r.attnum = p.referred
    LEFT JOIN pg_attribute AS c ON c.attrelid = k.conrelid AND NOT c.attisdropped
      AND c.attname = ppp.conversion_companion(k.oid, key)
    GROUP BY c.attname) AS columns
  WHERE k.oid = constraint_of AND own IS NOT NULL
$$;

-- Everything that is in the way, and what to know before. kind: refusal or note.
CREATE OR REPLACE FUNCTION ppp.conversion_findings(in_schema text, names text[], key text, number boolean, widen boolean)
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
        needs := coalesce(ppp.conversion_companion(i.oid, key), name || '_' || key);
        summary := format('foreign key "%s" of "%s" points at "%s" without its partition key', i.conname, i.conrelid::regclass, name);
        hint := format('It would need a column with the "%s" of the row it points at. Add and fill one first: ALTER TABLE %s ADD COLUMN %I %s; or drop the foreign key.',
          key, i.conrelid::regclass, needs, format_type(at.atttypid, at.atttypmod));
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
      SELECT DISTINCT pg_describe_object(d.classid, d.objid, 0) AS what
      FROM (
        SELECT 'pg_class'::regclass AS classid, w.ev_class AS objid
          FROM pg_depend AS d JOIN pg_rewrite AS w ON w.oid = d.objid
          WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = t.oid AND w.ev_class <> t.oid
        UNION ALL SELECT d.classid, d.objid FROM pg_depend AS d
          WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = t.oid AND d.deptype = 'n'
            AND d.classid IN ('pg_proc'::regclass)
        UNION ALL SELECT d.classid, d.objid FROM pg_depend AS d JOIN pg_type AS y ON y.oid = d.refobjid
          WHERE d.refclassid = 'pg_type'::regclass AND (y.oid = t.reltype OR y.typelem = t.reltype) AND d.deptype = 'n') AS d
      ORDER BY 1
    LOOP
      summary := format('%s depends on table "%s"', i.what, name);
      hint := 'It would go on with the old table. Drop it before, and make it again after the exchange.';
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

-- The SQL expression of where a value lies, as coarse as ranges allow: for the few distinct values of many rows.
CREATE OR REPLACE FUNCTION ppp.conversion_bucket(type regtype, step bigint, unit text, zone text, value text) RETURNS text
LANGUAGE sql STABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE
    WHEN unit = 'number' THEN format('floor(%s::numeric / %s) * %s', value, step, step)
    WHEN unit IN ('second', 'minute', 'hour') THEN format('floor(extract(epoch FROM %1$s) / %2$s) * %2$s', i.instant,
      CASE unit WHEN 'second' THEN 1 WHEN 'minute' THEN 60 ELSE 900 END)
    ELSE format('(%s AT TIME ZONE %L)::date', i.instant, zone) END
  FROM (SELECT CASE WHEN type = 'timestamptz'::regtype THEN value ELSE format('(%s::timestamp AT TIME ZONE ''UTC'')', value) END) AS i (instant)
$$;

-- The ranges in which values lie.
CREATE OR REPLACE FUNCTION ppp.conversion_starts(c ppp.conversion, value text, source text) RETURNS numeric[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  buckets text[];
BEGIN
  EXECUTE format('SELECT array_agg(b.b::text) FROM (SELECT DISTINCT %s FROM %s) AS b (b)',
    ppp.conversion_bucket(c.type, c.step, c.unit, c.zone, value), source) INTO buckets;
  RETURN ARRAY(
    SELECT DISTINCT ppp.range_start(c.step, c.unit, c.zone,
      CASE WHEN c.unit IN ('number', 'second', 'minute', 'hour') THEN b::numeric
        ELSE extract(epoch FROM b::date::timestamp AT TIME ZONE c.zone) END)
    FROM unnest(buckets) AS b);
END $$;

-- Makes the partitions of these ranges that the new table does not have, in the order of time.
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
  policy.schema := c.schema; policy.name := c.name; policy.key := c.key; policy.encoding := c.encoding; policy.step := c.step;
  policy.unit := c.unit; policy.zone := c.zone; policy.naming := '{table}_{start}';
  FOR start IN
    SELECT DISTINCT s FROM unnest(starts) AS s
    WHERE NOT EXISTS (SELECT FROM ppp.range_partitions(c.shadow) AS r
      WHERE ppp.bound_position(c.type, c.encoding, r.lower) <= s AND s < ppp.bound_position(c.type, c.encoding, r.upper))
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
-- written before it is visible to every snapshot that is taken later.
CREATE OR REPLACE FUNCTION ppp.conversion_capture(of bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  c ppp.conversion;
BEGIN
  FOR c IN SELECT * FROM ppp.conversion AS x WHERE x.workflow = of ORDER BY x.number LOOP
    CONTINUE WHEN EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgrelid = c.old AND t.tgname = 'ppp_convert_' || of);
    EXECUTE format('CREATE TRIGGER %1$I AFTER INSERT OR UPDATE OR DELETE ON %3$s FOR EACH ROW EXECUTE FUNCTION %4$I.%5$I()',
      'ppp_convert_' || of, '', c.old::regclass, 'ppp_convert_' || of, 'capture_' || c.number);
    EXECUTE format('CREATE TRIGGER %1$I AFTER TRUNCATE ON %2$s FOR EACH STATEMENT EXECUTE FUNCTION %3$I.%4$I()',
      'ppp_convert_' || of || '_all', c.old::regclass, 'ppp_convert_' || of, 'capture_' || c.number);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', c.old::regclass, 'ppp_convert_' || of);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', c.old::regclass, 'ppp_convert_' || of || '_all');
  END LOOP;
END $$;

-- Step 3: empty partitions for the ranges in which rows are, and for those ahead.
CREATE OR REPLACE FUNCTION ppp.conversion_ranges(of bigint, which integer, most integer) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
DECLARE
  c ppp.conversion := (SELECT x FROM ppp.conversion AS x WHERE x.workflow = of AND x.number = which);
  starts numeric[];
  start numeric;
  endless bigint := 0;
BEGIN
  IF c.unit <> 'number' THEN
    EXECUTE format('SELECT count(*) FROM ONLY %s WHERE NOT isfinite(%I)', c.old::regclass, c.key) INTO endless;
  END IF;
  IF endless > 0 THEN
    RAISE EXCEPTION '% rows of % have infinity in column %', endless, c.old::regclass, quote_ident(c.key)
      USING ERRCODE = 'check_violation', HINT = 'No range holds infinity; give these rows a time first.';
  END IF;
  starts := ppp.conversion_starts(c, quote_ident(c.key), 'ONLY ' || c.old::regclass);
  IF c.ahead > 0 THEN
    start := CASE WHEN c.unit <> 'number' THEN ppp.range_start(c.step, c.unit, c.zone, extract(epoch FROM now()))
      ELSE (SELECT max(s) FROM unnest(starts) AS s) END;
    FOR i IN 0 .. c.ahead LOOP
      EXIT WHEN start IS NULL;
      starts := starts || start;
      start := ppp.range_end(c.step, c.unit, c.zone, start);
    END LOOP;
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

-- Step 4, for each partition: its rows as one snapshot has them, then keys, indexes and statistics. Returns the rows, or
-- nothing where it is done already. Who was killed might be at it still: the lock waits for that.
CREATE OR REPLACE FUNCTION ppp.conversion_copy(of bigint, which integer, into_partition oid) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET session_replication_role = 'replica' AS $$
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
  EXECUTE format('INSERT INTO %1$s (%2$s) OVERRIDING SYSTEM VALUE SELECT %2$s FROM ONLY %3$s WHERE %4$I >= %5$L AND %4$I < %6$L %7$s',
    into_partition::regclass, c.columns, c.old::regclass, c.key, r.lower, r.upper,
    CASE WHEN c.sorting = '' THEN '' ELSE 'ORDER BY ' || c.sorting END);
  GET DIAGNOSTICS total = ROW_COUNT;
  FOR command IN SELECT x FROM ppp.conversion_indexes(c.old, c.key, into_partition::regclass::text, false) AS x LOOP
    EXECUTE command;
  END LOOP;
  EXECUTE format('ANALYZE %s', into_partition::regclass);
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
      UNION ALL SELECT replace(pg_get_triggerdef(t.oid), ' ON ' || c.old::regclass || ' ', ' ON ' || c.shadow::regclass || ' ')
        FROM pg_trigger AS t WHERE t.tgrelid = c.old AND NOT t.tgisinternal AND t.tgname NOT LIKE 'ppp\_convert\_%'
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

-- Step 6, again and again: brings the new tables to what the old ones are in this snapshot (REPEATABLE READ, or the old
-- tables locked). Of everything in the log: what the new table has of it goes, and what the old one has now comes. So
-- order does not matter, and doing it twice does no harm. Returns how many entries there were.
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
  FOR c IN SELECT * FROM ppp.conversion AS x WHERE x.workflow = of ORDER BY x.number LOOP
    log := format('%I.%I', 'ppp_convert_' || of, 'log_' || c.number);
    IF NOT EXISTS (SELECT FROM pg_class AS t WHERE t.oid = c.old) THEN
      RAISE EXCEPTION 'table %.% is gone', quote_ident(c.schema), quote_ident(c.name)
        USING ERRCODE = 'undefined_table', HINT = 'Abort its conversion.';
    END IF;
    EXECUTE format('SELECT bool_or(truncated), count(*) FROM %s', log) INTO whole, entries;
    CONTINUE WHEN entries = 0;
    applied := applied + entries;
    IF whole THEN
      EXECUTE format('DELETE FROM %s', c.shadow::regclass);
    END IF;
    starts := ppp.conversion_starts(c, 'at', format('(SELECT at FROM %s WHERE NOT truncated) AS l', log));
    PERFORM ppp.conversion_cover(c, starts, true);
    IF cardinality(c.identity) = 0 THEN
      EXECUTE format('DELETE FROM %s AS n USING (SELECT DISTINCT image, at FROM %s) AS l WHERE n.%I = l.at AND (n.*)::text = l.image',
        c.shadow::regclass, log, c.key);
      EXECUTE format('INSERT INTO %1$s (%2$s) OVERRIDING SYSTEM VALUE SELECT %2$s FROM (SELECT o.* FROM ONLY %3$s AS o'
          ' JOIN (SELECT DISTINCT image, at FROM %4$s) AS l ON o.%5$I = l.at AND (o.*)::text = l.image) AS o',
        c.shadow::regclass, c.columns, c.old::regclass, log, c.key);
    ELSE
      SELECT string_agg(format('n.%I = l.k%s', k, i), ' AND ' ORDER BY i) INTO other FROM unnest(c.identity) WITH ORDINALITY AS u (k, i);
      EXECUTE format('DELETE FROM %s AS n USING (SELECT DISTINCT * FROM %s) AS l WHERE %s AND n.%I = l.at',
        c.shadow::regclass, log, other, c.key);
      EXECUTE format('INSERT INTO %1$s (%2$s) OVERRIDING SYSTEM VALUE SELECT %2$s FROM (SELECT n.* FROM ONLY %3$s AS n'
          ' JOIN (SELECT DISTINCT %4$s FROM %5$s) AS l ON %6$s) AS o',
        c.shadow::regclass, c.columns, c.old::regclass,
        (SELECT string_agg('k' || i, ', ') FROM generate_subscripts(c.identity, 1) AS i), log, other);
    END IF;
    EXECUTE format('DELETE FROM %s', log);
  END LOOP;
  IF few THEN
    PERFORM set_config('enable_seqscan', 'on', true), set_config('enable_hashjoin', 'on', true), set_config('enable_mergejoin', 'on', true);
  END IF;
  RETURN applied;
END $$;

-- Foreign keys among the converted tables: after their changes are applied, in the same transaction, for days that were
-- copied at different times need not fit together. Nobody waits, for nobody writes there but ppp.
CREATE OR REPLACE FUNCTION ppp.conversion_references(of bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  command text;
  applied bigint := ppp.conversion_apply(of, false);
BEGIN
  FOR command IN
    SELECT format('ALTER TABLE %s ADD CONSTRAINT %I %s', o.shadow::regclass, k.conname,
        ppp.conversion_foreign_key(k.oid, t.key, t.shadow::regclass::text))
    FROM ppp.conversion AS o
    JOIN pg_constraint AS k ON k.conrelid = o.old AND k.contype = 'f'
    JOIN ppp.conversion AS t ON t.workflow = of AND t.old = k.confrelid
    WHERE o.workflow = of AND NOT EXISTS (SELECT FROM pg_constraint AS n
      WHERE n.conrelid = o.shadow AND n.conname = k.conname AND n.contype = 'f')
    ORDER BY o.number, k.conname
  LOOP
    EXECUTE command;
  END LOOP;
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

-- Step 7, for each partition: whether it has the rows of the old table, all but those that the log has changes of. One
-- statement, and so one snapshot, counts and hashes both.
CREATE OR REPLACE FUNCTION ppp.conversion_verify(of bigint, which integer, of_partition oid) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' SET intervalstyle = 'postgres'
SET extra_float_digits = 1 SET bytea_output = 'hex' SET lc_monetary = 'C' AS $$
DECLARE
  c ppp.conversion := (SELECT x FROM ppp.conversion AS x WHERE x.workflow = of AND x.number = which);
  r ppp.conversion_range;
  log text := format('%I.%I', 'ppp_convert_' || of, 'log_' || which);
  settled text;
  found record;
  -- Without the way over text where every type has a hash of its own.
  hash text := CASE WHEN EXISTS (
      SELECT FROM pg_attribute AS a WHERE a.attrelid = c.old AND a.attnum > 0 AND NOT a.attisdropped
        AND a.atttypid <> 'varchar'::regtype AND NOT EXISTS (SELECT FROM pg_opclass AS o JOIN pg_am AS m ON m.oid = o.opcmethod
          WHERE m.amname = 'hash' AND o.opcdefault AND o.opcintype = a.atttypid))
    THEN 'hashtextextended((n.*)::text, 0)' ELSE 'hash_record_extended(n.*, 0)' END;
BEGIN
  SELECT * INTO STRICT r FROM ppp.conversion_range AS x
    WHERE x.workflow = of AND x.number = which AND x.partition = of_partition;
  settled := format('NOT EXISTS (SELECT FROM %1$s AS l WHERE %2$s) AND NOT EXISTS (SELECT FROM %1$s WHERE truncated)', log,
    CASE WHEN cardinality(c.identity) = 0 THEN format('l.at = n.%I AND l.image = (n.*)::text', c.key)
      ELSE (SELECT string_agg(format('n.%I = l.k%s', k, i), ' AND ' ORDER BY i) FROM unnest(c.identity) WITH ORDINALITY AS u (k, i)) END);
  EXECUTE format('SELECT a.rows, b.rows AS other, a.rows = b.rows AND a.hash IS NOT DISTINCT FROM b.hash AS same'
      ' FROM (SELECT count(*) AS rows, sum(%7$s) AS hash FROM ONLY %1$s AS n'
      ' WHERE n.%2$I >= %3$L AND n.%2$I < %4$L AND %5$s) AS a,'
      ' (SELECT count(*) AS rows, sum(%7$s) AS hash FROM %6$s AS n WHERE %5$s) AS b',
    c.old::regclass, c.key, r.lower, r.upper, settled, of_partition::regclass, hash) INTO found;
  IF NOT found.same THEN
    RAISE EXCEPTION '% has % rows from % to %, and its copy % that differ', c.old::regclass, found.rows, r.lower, r.upper, found.other
      USING ERRCODE = 'data_corrupted';
  END IF;
  UPDATE ppp.conversion_range AS x SET verified = true
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

-- Step 9, the exchange, under a lock_timeout of the caller: with the old tables locked, the last changes are applied, and
-- names change hands. SQLSTATE PP001: not now, for there are too many changes, or a partition was made just now.
CREATE OR REPLACE FUNCTION ppp.conversion_swap(of bigint, most bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  place text := 'ppp_convert_' || of;
  before text := 'ppp_before_' || of;
  c ppp.conversion;
  olds oid[] := ARRAY(SELECT x.old FROM ppp.conversion AS x WHERE x.workflow = of ORDER BY x.number);
  first text[] := '{}';
  then_do text[] := '{}';
  later text[] := '{}';
  command text;
  partitions bigint := (SELECT count(*) FROM ppp.conversion_range AS r WHERE r.workflow = of);
  applied bigint;
  s record;
BEGIN
  IF ppp.conversion_pending(of) > most THEN
    RAISE EXCEPTION 'too many changes wait' USING ERRCODE = 'PP001';
  END IF;
  -- What to do is worked out before anybody has to wait.
  FOR c IN SELECT * FROM ppp.conversion AS x WHERE x.workflow = of ORDER BY x.number LOOP
    IF to_regclass(format('%I.%I', c.schema, c.name)) IS DISTINCT FROM c.old::regclass OR c.shape <> ppp.conversion_shape(c.old) THEN
      RAISE EXCEPTION 'table %.% is not what it was when its conversion began', quote_ident(c.schema), quote_ident(c.name)
        USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Abort the conversion, and begin again.';
    END IF;
    -- Sequences of serial columns stay where they are.
    FOR s IN SELECT q.oid::regclass AS sequence, a.attname FROM pg_depend AS d JOIN pg_class AS q ON q.oid = d.objid AND q.relkind = 'S'
      JOIN pg_attribute AS a ON a.attrelid = c.old AND a.attnum = d.refobjsubid
      WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.old AND d.deptype = 'a'
    LOOP
      first := first || format('ALTER SEQUENCE %s OWNED BY NONE', s.sequence);
      then_do := then_do || format('ALTER SEQUENCE %s OWNED BY %I.%I.%I', s.sequence, c.schema, c.name, s.attname);
    END LOOP;
    FOR s IN SELECT q.relname, a.attname FROM pg_depend AS d JOIN pg_class AS q ON q.oid = d.objid AND q.relkind = 'S'
      JOIN pg_attribute AS a ON a.attrelid = c.old AND a.attnum = d.refobjsubid
      WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.old AND d.deptype = 'i'
        AND a.attidentity <> ''
    LOOP
      then_do := then_do || format('SELECT setval(pg_get_serial_sequence(%L, %L)::regclass, q.last_value, q.is_called) FROM %I.%I AS q',
        format('%I.%I', c.schema, c.name), s.attname, before, s.relname);
    END LOOP;
    -- Foreign keys of and to others; those among the converted tables are there already.
    FOR s IN SELECT k.*, k.conrelid::regclass AS own FROM pg_constraint AS k
      WHERE k.contype = 'f' AND k.conparentid = 0 AND (k.conrelid = c.old OR k.confrelid = c.old AND k.conrelid <> ALL (olds)) ORDER BY k.conname
    LOOP
      first := first || format('ALTER TABLE %s DROP CONSTRAINT %I', s.own, s.conname);
      IF s.conrelid <> c.old THEN
        then_do := then_do || format('ALTER TABLE %s ADD CONSTRAINT %I %s NOT VALID', s.own, s.conname,
          ppp.conversion_foreign_key(s.oid, c.key, format('%I.%I', c.schema, c.name)));
        later := later || format('ALTER TABLE %s VALIDATE CONSTRAINT %I', s.own, s.conname);
      ELSIF s.confrelid = ANY (olds) THEN
        later := later || format('SELECT ppp.conversion_orphans(%L::regclass, %L)', format('%I.%I', c.schema, c.name), s.conname);
      ELSE
        then_do := then_do || ARRAY(SELECT format('ALTER TABLE %s ADD CONSTRAINT %I %s NOT VALID', h.inhrelid::regclass, s.conname,
          replace(pg_get_constraintdef(s.oid), ' NOT VALID', '')) FROM pg_inherits AS h WHERE h.inhparent = c.shadow ORDER BY h.inhrelid);
        IF s.convalidated THEN
          later := later || ARRAY(SELECT format('ALTER TABLE %s VALIDATE CONSTRAINT %I', h.inhrelid::regclass, s.conname)
            FROM pg_inherits AS h WHERE h.inhparent = c.shadow ORDER BY h.inhrelid);
          later := later || format('ALTER TABLE %I.%I ADD CONSTRAINT %I %s', c.schema, c.name, s.conname, pg_get_constraintdef(s.oid));
        END IF;
      END IF;
    END LOOP;
    FOR s IN SELECT p.pubname, pg_get_expr(r.prqual, r.prrelid) AS filter,
        (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute AS a
          WHERE a.attrelid = c.old AND a.attnum = ANY (r.prattrs)) AS columns
      FROM pg_publication_rel AS r JOIN pg_publication AS p ON p.oid = r.prpubid WHERE r.prrelid = c.old
    LOOP
      first := first || format('ALTER PUBLICATION %I DROP TABLE %s', s.pubname, c.old::regclass);
      then_do := then_do || format('ALTER PUBLICATION %I ADD TABLE %I.%I%s%s', s.pubname, c.schema, c.name,
        ' (' || s.columns || ')', ' WHERE (' || s.filter || ')');
    END LOOP;
    first := first || format('ALTER TABLE %s SET SCHEMA %I', c.old::regclass, before)
      || format('ALTER TABLE %s SET SCHEMA %I', c.shadow::regclass, c.schema);
  END LOOP;
  EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I', before);
  EXECUTE 'LOCK TABLE ' || (SELECT string_agg(o::regclass::text, ', ' ORDER BY n) FROM unnest(olds) WITH ORDINALITY AS u (o, n))
    || ' IN ACCESS EXCLUSIVE MODE';
  IF ppp.conversion_pending(of) > most THEN
    RAISE EXCEPTION 'too many changes wait' USING ERRCODE = 'PP001';
  END IF;
  applied := ppp.conversion_apply(of, true);
  IF partitions <> (SELECT count(*) FROM ppp.conversion_range AS r WHERE r.workflow = of) THEN
    RAISE EXCEPTION 'a partition was made' USING ERRCODE = 'PP001';
  END IF;
  FOREACH command IN ARRAY first || then_do LOOP
    EXECUTE command;
  END LOOP;
  DELETE FROM ppp.conversion_command AS x WHERE x.workflow = of;
  INSERT INTO ppp.conversion_command SELECT of, u.n, u.l FROM unnest(later) WITH ORDINALITY AS u (l, n);
  RETURN applied;
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

-- Before the exchange: everything that the conversion made goes, and the old table is as it was.
CREATE OR REPLACE FUNCTION ppp.conversion_abort(of bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  c ppp.conversion;
  tables text;
BEGIN
  IF EXISTS (SELECT FROM ppp.conversion AS x JOIN pg_class AS t ON t.oid = x.old
    WHERE x.workflow = of AND t.relnamespace = to_regnamespace('ppp_before_' || of)) THEN
    RAISE EXCEPTION 'the tables of conversion % are exchanged already', of USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  FOR c IN SELECT * FROM ppp.conversion AS x WHERE x.workflow = of ORDER BY x.number LOOP
    CONTINUE WHEN NOT EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgrelid = c.old AND t.tgname LIKE 'ppp\_convert\_' || of || '%');
    EXECUTE format('DROP TRIGGER IF EXISTS %I ON %s', 'ppp_convert_' || of, c.old::regclass);
    EXECUTE format('DROP TRIGGER IF EXISTS %I ON %s', 'ppp_convert_' || of || '_all', c.old::regclass);
  END LOOP;
  SELECT string_agg(t.oid::regclass::text, ', ') INTO tables FROM ppp.conversion AS x JOIN pg_class AS t ON t.oid = x.shadow WHERE x.workflow = of;
  IF tables IS NOT NULL THEN
    EXECUTE 'DROP TABLE ' || tables || ' CASCADE';
  END IF;
  EXECUTE format('DROP SCHEMA IF EXISTS %I CASCADE', 'ppp_convert_' || of);
  EXECUTE format('DROP SCHEMA IF EXISTS %I', 'ppp_before_' || of);
  DELETE FROM ppp.conversion AS x WHERE x.workflow = of;
END $$;

-- After the exchange: the old tables go for good.
CREATE OR REPLACE FUNCTION ppp.conversion_finish(of bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  tables text;
BEGIN
  IF EXISTS (SELECT FROM ppp.conversion AS x JOIN pg_class AS t ON t.oid = x.old
    WHERE x.workflow = of AND t.relnamespace IS DISTINCT FROM to_regnamespace('ppp_before_' || of)) THEN
    RAISE EXCEPTION 'the tables of conversion % are not exchanged yet', of USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  SELECT string_agg(t.oid::regclass::text, ', ') INTO tables FROM ppp.conversion AS x JOIN pg_class AS t ON t.oid = x.old WHERE x.workflow = of;
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
