-- What is in the way of a conversion, and what to know before it.

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
