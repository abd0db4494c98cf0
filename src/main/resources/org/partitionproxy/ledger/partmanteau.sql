-- A framework for partitioning strategies that developers write themselves, in SQL. Idempotent.
--
-- All functions run with their caller's rights, who must own the partitioned table, and see pg_catalog only: names in
-- constraints and commands that are given to them are qualified. Those behind "Inside" are nobody else's to call.

CREATE SCHEMA IF NOT EXISTS partmanteau;
GRANT USAGE ON SCHEMA partmanteau TO PUBLIC;

CREATE TABLE IF NOT EXISTS partmanteau.partitioned_tables (
  schema_name text NOT NULL,
  table_name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (schema_name, table_name)
);
COMMENT ON TABLE partmanteau.partitioned_tables IS 'the tables that got partitions from here, as far as you own them';

CREATE TABLE IF NOT EXISTS partmanteau.table_partitions (
  schema_name text NOT NULL,
  table_name text NOT NULL,
  table_partition_name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  effective_at timestamptz NOT NULL,
  -- microseconds since 1970, so that it follows effective_at in any time zone
  sort_key bigint NOT NULL GENERATED ALWAYS AS (
    (extract(epoch FROM effective_at - timestamptz '1970-01-01 00:00:00+00') * 1000000)::bigint) STORED,
  PRIMARY KEY (schema_name, table_name, table_partition_name),
  FOREIGN KEY (schema_name, table_name) REFERENCES partmanteau.partitioned_tables ON DELETE CASCADE
);
COMMENT ON TABLE partmanteau.table_partitions IS 'the partitions that were made from here, as far as you own their tables';

-- Tenants share these tables: everybody has the rows of the tables that they own.
GRANT SELECT, INSERT, DELETE ON partmanteau.partitioned_tables, partmanteau.table_partitions TO PUBLIC;
ALTER TABLE partmanteau.partitioned_tables ENABLE ROW LEVEL SECURITY;
ALTER TABLE partmanteau.table_partitions ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS owners ON partmanteau.partitioned_tables;
CREATE POLICY owners ON partmanteau.partitioned_tables USING (EXISTS (
  SELECT FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname = schema_name AND c.relname = table_name AND pg_catalog.pg_has_role(c.relowner, 'USAGE')));
DROP POLICY IF EXISTS owners ON partmanteau.table_partitions;
CREATE POLICY owners ON partmanteau.table_partitions USING (EXISTS (
  SELECT FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname = schema_name AND c.relname = table_name AND pg_catalog.pg_has_role(c.relowner, 'USAGE')));

-- Inside: the table that has partitions, or is to have some.
CREATE OR REPLACE FUNCTION partmanteau.owned_table(in_schema_name text, in_table_name text) RETURNS pg_catalog.pg_class
LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  found_table pg_class;
BEGIN
  SELECT c.* INTO found_table FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = in_schema_name AND c.relname = in_table_name;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'table %.% does not exist', quote_ident(in_schema_name), quote_ident(in_table_name)
      USING ERRCODE = 'undefined_table';
  ELSIF found_table.relkind NOT IN ('r', 'p') THEN
    RAISE EXCEPTION '%.% is not a table', quote_ident(in_schema_name), quote_ident(in_table_name)
      USING ERRCODE = 'wrong_object_type';
  ELSIF NOT pg_has_role(found_table.relowner, 'USAGE') THEN
    RAISE EXCEPTION 'must be owner of table %.%', quote_ident(in_schema_name), quote_ident(in_table_name)
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN found_table;
END $$;

-- Inside: what is too long for a name ends with a digest of the whole.
CREATE OR REPLACE FUNCTION partmanteau.short_name(wanted text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  short text := wanted;
BEGIN
  IF octet_length(wanted) <= 63 THEN
    RETURN wanted;
  END IF;
  WHILE octet_length(short) > 56 LOOP
    short := left(short, -1);
  END LOOP;
  RETURN short || '_' || left(md5(wanted), 6);
END $$;

-- Inside: what a partition's index or constraint is called, after the table's.
CREATE OR REPLACE FUNCTION partmanteau.name_after(partition text, table_name text, name text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
  SELECT partmanteau.short_name(partition || CASE WHEN starts_with(name, table_name || '_')
    THEN substr(name, length(table_name) + 1) ELSE '_' || name END)
$$;

-- Inside: the table's indexes, and what the partition's are called. Two can't get the same name, and none one that
-- something else has.
CREATE OR REPLACE FUNCTION partmanteau.index_names(parent pg_catalog.pg_class, partition text)
RETURNS TABLE (index oid, name text)
LANGUAGE sql STABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
  SELECT n.index, CASE
    WHEN row_number() OVER (PARTITION BY n.name ORDER BY n.index) = 1
      AND NOT EXISTS (SELECT FROM pg_class AS x WHERE x.relnamespace = parent.relnamespace AND x.relname = n.name) THEN n.name
    ELSE partmanteau.short_name(n.name || '_' || left(md5(n.of), 6)) END
  FROM (
    SELECT c.oid, c.relname, partmanteau.name_after(partition, parent.relname, c.relname)
    FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
    WHERE i.indrelid = parent.oid AND i.indislive AND (i.indisvalid OR parent.relkind = 'p')) AS n (index, of, name)
$$;

-- Inside: options as the catalogs keep them, for WITH or SET.
CREATE OR REPLACE FUNCTION partmanteau.options(options text[], prefix text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
  SELECT string_agg(format('%s%I = %L', prefix, split_part(o.option, '=', 1), substr(o.option, strpos(o.option, '=') + 1)),
    ', ' ORDER BY o.number)
  FROM unnest(options) WITH ORDINALITY AS o (option, number)
$$;

-- Inside: which rows of a partitioned table a partition takes. Said as it stands in ATTACH PARTITION, or told by
-- CHECKs of the column that is the key.
CREATE OR REPLACE FUNCTION partmanteau.partition_bound(parent oid, constraints text[]) RETURNS text
LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  -- Behind it, as many quotes begin as end.
  unquoted text := '(?=(?:[^'']*''[^'']*'')*[^'']*$)';
  said text[] := ARRAY(SELECT btrim(c) FROM unnest(constraints) AS c WHERE partmanteau.is_bound(c));
  strategy "char";
  key text;
  part text[];
  lowers text[] := '{}';
  uppers text[] := '{}';
  listed text[] := '{}';
BEGIN
  IF cardinality(said) = 1 THEN
    RETURN said[1];
  END IF;
  SELECT p.partstrat, quote_ident(a.attname) INTO strategy, key
    FROM pg_partitioned_table AS p LEFT JOIN pg_attribute AS a ON a.attrelid = p.partrelid AND a.attnum = p.partattrs[0]
      AND p.partnatts = 1 AND a.attnum > 0
    WHERE p.partrelid = parent;
  FOR part IN
    SELECT regexp_match(t.term, '^\s*("(?:[^"]|"")+"|[[:alpha:]_][\w$]*)\s*(>=|<(?![=>])|=(?!\s*(?:ANY|ALL|SOME)\M)|\mIN\M|\mIS\s+NULL\M)\s*(.*?)\s*$', 'i')
    FROM unnest(constraints) AS c,
      regexp_split_to_table(regexp_replace(c, '^\s*\(([^()]*)\)\s*$', '\1'), '\s+AND\s+' || unquoted, 'i') AS t (term)
    WHERE c !~* ('\mOR\M' || unquoted)
  LOOP
    CONTINUE WHEN part IS NULL OR key IS NULL
      OR key NOT IN (CASE WHEN part[1] LIKE '"%' THEN part[1] ELSE lower(part[1]) END, trim(BOTH '"' FROM part[1]));
    CASE upper(left(part[2], 2))
      WHEN '>=' THEN lowers := lowers || part[3];
      WHEN '<' THEN uppers := uppers || part[3];
      WHEN '=' THEN listed := listed || part[3];
      WHEN 'IN' THEN listed := listed || regexp_replace(part[3], '^\((.*)\)$', '\1');
      ELSE listed := listed || 'NULL'::text;
    END CASE;
  END LOOP;
  IF cardinality(said) = 0 AND strategy = 'r' AND cardinality(lowers) = 1 AND cardinality(uppers) = 1 THEN
    RETURN format('FOR VALUES FROM (%s) TO (%s)', lowers[1], uppers[1]);
  ELSIF cardinality(said) = 0 AND strategy = 'l' AND cardinality(listed) = 1 THEN
    RETURN format('FOR VALUES IN (%s)', listed[1]);
  END IF;
  RAISE EXCEPTION 'the constraints do not tell which rows of % the partition takes', parent::regclass
    USING ERRCODE = 'invalid_parameter_value', HINT = format(
      'It is partitioned by %s. Name the column''s range as >= and <, or its value as =, or add to the constraints'
      ' what stands in ATTACH PARTITION, as ''FOR VALUES FROM (…) TO (…)'' or ''DEFAULT''.', pg_get_partkeydef(parent));
END $$;

-- Inside: whether one of the constraints is no CHECK, but says what stands in ATTACH PARTITION.
CREATE OR REPLACE FUNCTION partmanteau.is_bound(given text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
  SELECT given ~* '^\s*(FOR\s+VALUES\M.*|DEFAULT)\s*$'
$$;

-- Inside: the table as such. What a partitioned table can't have it gets from the last partition that was made.
CREATE OR REPLACE FUNCTION partmanteau.table_commands(parent pg_catalog.pg_class, made text, of text) RETURNS text[]
LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  model pg_class := parent;
  options text;
  ran text[];
BEGIN
  IF parent.relkind = 'p' THEN
    SELECT c.* INTO model FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
      WHERE i.inhparent = parent.oid AND c.relkind = 'r' ORDER BY c.oid DESC LIMIT 1;
  END IF;
  SELECT string_agg(o.options, ', ') INTO options FROM (
    SELECT partmanteau.options(model.reloptions, '')
    UNION ALL
    SELECT partmanteau.options(t.reloptions, 'toast.') FROM pg_class AS t WHERE t.oid = model.reltoastrelid) AS o (options);
  ran := ARRAY[format('CREATE %sTABLE %s (LIKE %s INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING STORAGE'
      ' INCLUDING COMPRESSION INCLUDING STATISTICS INCLUDING COMMENTS)%s%s%s',
    CASE parent.relpersistence WHEN 'u' THEN 'UNLOGGED ' ELSE '' END, made, of,
    (SELECT format(' USING %I', a.amname) FROM pg_am AS a 
      WHERE a.oid = coalesce(nullif(parent.relam, 0), model.relam)
        AND a.amname <> current_setting('default_table_access_method')),
    ' WITH (' || options || ')',
    (SELECT format(' TABLESPACE %I', t.spcname) FROM pg_tablespace AS t WHERE t.oid = parent.reltablespace)),
    format('ALTER TABLE %s OWNER TO %s', made, parent.relowner::regrole)];
  -- Numbers of the table's own sequence. What is attached gets the identity itself, from PostgreSQL 17 on.
  ran := ran || ARRAY(
    SELECT format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT nextval(%L)', made, a.attname,
      pg_get_serial_sequence(of, a.attname))
    FROM pg_attribute AS a
    WHERE a.attrelid = parent.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attidentity <> '' AND parent.relkind = 'r'
    ORDER BY a.attnum);
  ran := ran || ARRAY(
    SELECT format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS %s', made, a.attname, a.attstattarget)
    FROM pg_attribute AS a
    WHERE a.attrelid = parent.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attstattarget >= 0 ORDER BY a.attnum);
  ran := ran || ARRAY(
    SELECT format('ALTER TABLE %s ALTER COLUMN %I SET (%s)', made, a.attname, partmanteau.options(a.attoptions, ''))
    FROM pg_attribute AS a
    WHERE a.attrelid = parent.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attoptions IS NOT NULL ORDER BY a.attnum);
  IF obj_description(parent.oid, 'pg_class') IS NOT NULL THEN
    ran := ran || format('COMMENT ON TABLE %s IS %L', made, obj_description(parent.oid, 'pg_class'));
  END IF;
  RETURN ran;
END $$;

-- Inside: CHECKs of the table; those without inheritance are for the table alone.
CREATE OR REPLACE FUNCTION partmanteau.check_commands(parent pg_catalog.pg_class, made text) RETURNS text[]
LANGUAGE sql STABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(array_agg(x.command ORDER BY c.conname, x.number), '{}')
  FROM pg_constraint AS c
  CROSS JOIN LATERAL (VALUES
    (1, format('ALTER TABLE %s ADD CONSTRAINT %I %s', made, c.conname,
      regexp_replace(pg_get_constraintdef(c.oid), ' NOT VALID$', ''))),
    (2, format('COMMENT ON CONSTRAINT %I ON %s IS ', c.conname, made)
      || quote_literal(obj_description(c.oid, 'pg_constraint')))) AS x (number, command)
  WHERE c.conrelid = parent.oid AND c.contype = 'c' AND NOT c.connoinherit AND x.command IS NOT NULL
$$;

-- Inside: indexes, with the keys that they are of.
CREATE OR REPLACE FUNCTION partmanteau.index_commands(parent pg_catalog.pg_class, partition text, made text) RETURNS text[]
LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  schema text := parent.relnamespace::regnamespace || '.';
  ran text[] := '{}';
  one record;
  head text;
  definition text;
BEGIN
  FOR one IN
    SELECT i.*, c.relname, c.reltablespace, n.name, k.oid AS key, schema || quote_ident(n.name) AS qualified,
      partmanteau.options(c.reloptions, '') AS options
    FROM partmanteau.index_names(parent, partition) AS n
    JOIN pg_index AS i ON i.indexrelid = n.index
    JOIN pg_class AS c ON c.oid = n.index
    LEFT JOIN pg_constraint AS k ON k.conindid = n.index AND k.conrelid = parent.oid AND k.contype IN ('p', 'u', 'x')
    ORDER BY i.indisprimary DESC, n.index
  LOOP
    IF one.key IS NULL THEN
      definition := pg_get_indexdef(one.indexrelid);
      head := format('CREATE %sINDEX %I ON %s%s%I', CASE WHEN one.indisunique THEN 'UNIQUE ' END, one.relname,
        CASE parent.relkind WHEN 'p' THEN 'ONLY ' END, schema, parent.relname);
      IF NOT starts_with(definition, head || ' USING ') THEN
        RAISE EXCEPTION 'cannot repeat the index: %', definition USING ERRCODE = 'feature_not_supported';
      END IF;
      ran := ran || (format('CREATE %sINDEX %I ON %s', CASE WHEN one.indisunique THEN 'UNIQUE ' END, one.name, made)
        || substr(definition, length(head) + 1));
    ELSE
      ran := ran || format('ALTER TABLE %s ADD CONSTRAINT %I %s', made, one.name, pg_get_constraintdef(one.key));
      IF one.options IS NOT NULL THEN
        ran := ran || format('ALTER INDEX %s SET (%s)', one.qualified, one.options);
      END IF;
      IF obj_description(one.key, 'pg_constraint') IS NOT NULL THEN
        ran := ran || format('COMMENT ON CONSTRAINT %I ON %s IS %L', one.name, made,
          obj_description(one.key, 'pg_constraint'));
      END IF;
    END IF;
    IF one.reltablespace <> 0 THEN
      ran := ran || format('ALTER INDEX %s SET TABLESPACE %I', one.qualified,
        (SELECT t.spcname FROM pg_tablespace AS t WHERE t.oid = one.reltablespace));
    END IF;
    ran := ran || ARRAY(
      SELECT format('ALTER INDEX %s ALTER COLUMN %s SET STATISTICS %s', one.qualified, a.attnum, a.attstattarget)
      FROM pg_attribute AS a
      WHERE a.attrelid = one.indexrelid AND a.attstattarget >= 0 AND one.indkey[a.attnum - 1] = 0 ORDER BY a.attnum);
    IF obj_description(one.indexrelid, 'pg_class') IS NOT NULL THEN
      ran := ran || format('COMMENT ON INDEX %s IS %L', one.qualified, obj_description(one.indexrelid, 'pg_class'));
    END IF;
    IF one.indisclustered THEN
      ran := ran || format('ALTER TABLE %s CLUSTER ON %I', made, one.name);
    END IF;
    IF one.indisreplident AND parent.relreplident = 'i' THEN
      ran := ran || format('ALTER TABLE %s REPLICA IDENTITY USING INDEX %I', made, one.name);
    END IF;
  END LOOP;
  IF parent.relreplident IN ('f', 'n') THEN
    ran := ran || format('ALTER TABLE %s REPLICA IDENTITY %s', made,
      CASE parent.relreplident WHEN 'f' THEN 'FULL' ELSE 'NOTHING' END);
  END IF;
  RETURN ran;
END $$;

-- Inside: foreign keys; what is attached gets them from PostgreSQL. One that points at a table with partitions by
-- inheritance would find its rows nowhere: which partition it is to point at, only its author knows.
CREATE OR REPLACE FUNCTION partmanteau.foreign_key_commands(parent pg_catalog.pg_class, partition text, made text) RETURNS text[]
LANGUAGE sql STABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(array_agg(x.command ORDER BY c.conname, x.number), '{}')
  FROM pg_constraint AS c
  JOIN pg_class AS f ON f.oid = c.confrelid
  CROSS JOIN LATERAL (SELECT partmanteau.name_after(partition, parent.relname, c.conname)) AS n (name)
  CROSS JOIN LATERAL (VALUES
    (1, format('ALTER TABLE %s ADD CONSTRAINT %I %s', made, n.name,
      regexp_replace(pg_get_constraintdef(c.oid), ' NOT VALID$', ''))),
    (2, format('COMMENT ON CONSTRAINT %I ON %s IS ', n.name, made)
      || quote_literal(obj_description(c.oid, 'pg_constraint')))) AS x (number, command)
  WHERE c.conrelid = parent.oid AND c.contype = 'f' AND parent.relkind = 'r' AND f.oid <> parent.oid
    AND NOT (f.relkind = 'r' AND EXISTS (SELECT FROM pg_inherits AS i WHERE i.inhparent = f.oid)) AND x.command IS NOT NULL
$$;

-- Inside: who may do what with it: as much as with the table, whatever new tables are granted by default.
CREATE OR REPLACE FUNCTION partmanteau.rights_commands(parent pg_catalog.pg_class, made text) RETURNS text[]
LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  ran text[];
BEGIN
  ran := ARRAY(
    SELECT format('REVOKE %s ON %s FROM %s', string_agg(g.privilege_type, ', ' ORDER BY g.privilege_type), made, g.name)
    FROM (
      SELECT DISTINCT e.privilege_type, CASE e.grantee WHEN 0 THEN 'PUBLIC' ELSE e.grantee::regrole::text END
      FROM pg_default_acl AS d CROSS JOIN LATERAL aclexplode(d.defaclacl) AS e
      WHERE d.defaclrole = (SELECT r.oid FROM pg_roles AS r WHERE r.rolname = current_user) AND d.defaclobjtype = 'r' AND d.defaclnamespace IN (0, parent.relnamespace)
        AND e.grantee NOT IN (d.defaclrole, parent.relowner)
        AND NOT EXISTS (SELECT FROM aclexplode(parent.relacl) AS p
          WHERE p.grantee = e.grantee AND p.privilege_type = e.privilege_type)) AS g (privilege_type, name)
    GROUP BY g.name ORDER BY g.name);
  ran := ran || ARRAY(
    SELECT format('GRANT %s ON %s TO %s%s', string_agg(g.privilege_type, ', ' ORDER BY g.privilege_type), made,
      CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END,
      CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM aclexplode(parent.relacl) AS g WHERE g.grantee <> parent.relowner
    GROUP BY g.grantee, g.is_grantable ORDER BY g.grantee, g.is_grantable);
  ran := ran || ARRAY(
    SELECT format('GRANT %s (%I) ON %s TO %s%s', g.privilege_type, a.attname, made,
      CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END,
      CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM pg_attribute AS a CROSS JOIN LATERAL aclexplode(a.attacl) AS g
    WHERE a.attrelid = parent.oid AND a.attnum > 0 AND NOT a.attisdropped AND g.grantee <> parent.relowner
    ORDER BY a.attnum, g.grantee, g.privilege_type, g.is_grantable);
  ran := ran || ARRAY(
    SELECT format('CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s', p.polname, made,
      CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
      CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
      (SELECT string_agg(CASE r WHEN 0 THEN 'PUBLIC' ELSE r::regrole::text END, ', ') FROM unnest(p.polroles) AS r),
      ' USING (' || pg_get_expr(p.polqual, parent.oid) || ')',
      ' WITH CHECK (' || pg_get_expr(p.polwithcheck, parent.oid) || ')')
    FROM pg_policy AS p WHERE p.polrelid = parent.oid ORDER BY p.polname);
  IF parent.relrowsecurity THEN
    ran := ran || format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', made);
  END IF;
  IF parent.relforcerowsecurity THEN
    ran := ran || format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', made);
  END IF;
  RETURN ran;
END $$;

-- Inside: forgets what is no partition of the table any more.
CREATE OR REPLACE FUNCTION partmanteau.forget_partitions(parent pg_catalog.pg_class) RETURNS void
LANGUAGE sql VOLATILE STRICT SET search_path = pg_catalog, pg_temp AS $$
  DELETE FROM partmanteau.table_partitions AS t
  USING pg_namespace AS n
  WHERE n.oid = parent.relnamespace AND t.schema_name = n.nspname AND t.table_name = parent.relname
    AND NOT EXISTS (
      SELECT FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
      WHERE i.inhparent = parent.oid AND c.relnamespace = parent.relnamespace AND c.relname = t.table_partition_name)
$$;

-- Inside: one maker or dropper of a table's partitions at a time; who reads and writes it goes on.
CREATE OR REPLACE FUNCTION partmanteau.take_turn(in_schema_name text, in_table_name text) RETURNS pg_catalog.pg_class
LANGUAGE plpgsql VOLATILE STRICT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  parent pg_class := partmanteau.owned_table(in_schema_name, in_table_name);
BEGIN
  EXECUTE format('LOCK TABLE ONLY %I.%I IN SHARE UPDATE EXCLUSIVE MODE', in_schema_name, in_table_name);
  PERFORM partmanteau.forget_partitions(parent);
  RETURN parent;
END $$;

-- What create_table_partition would run.
CREATE OR REPLACE FUNCTION partmanteau.table_partition_definition(
  in_schema_name text, in_table_name text, in_partition_name text, in_constraints text[], in_additional_commands text[],
  OUT command text) RETURNS SETOF text
LANGUAGE plpgsql STABLE STRICT
SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' SET intervalstyle = 'postgres' SET timezone = 'UTC' AS $$
DECLARE
  parent pg_class := partmanteau.owned_table(in_schema_name, in_table_name);
  of text := format('%I.%I', in_schema_name, in_table_name);
  made text := format('%I.%I', in_schema_name, in_partition_name);
  checks text[] := ARRAY(SELECT c FROM unnest(in_constraints) AS c WHERE parent.relkind = 'r' OR NOT partmanteau.is_bound(c));
BEGIN
  IF in_partition_name = '' OR octet_length(in_partition_name) > 63 THEN
    RAISE EXCEPTION 'a partition''s name must have 1 to 63 bytes: %', quote_ident(in_partition_name)
      USING ERRCODE = 'name_too_long', HINT = 'PostgreSQL would cut it; let your function of names make it shorter.';
  ELSIF array_position(in_constraints, NULL) IS NOT NULL OR array_position(in_additional_commands, NULL) IS NOT NULL THEN
    RAISE EXCEPTION 'one of the constraints or commands for % is null', made USING ERRCODE = 'null_value_not_allowed';
  ELSIF parent.relkind = 'r' AND EXISTS (SELECT FROM unnest(in_constraints) AS c WHERE partmanteau.is_bound(c)) THEN
    RAISE EXCEPTION '% is not a partitioned table: the constraints for % must be conditions', of, made
      USING ERRCODE = 'invalid_parameter_value', HINT = 'Partitions by inheritance have CHECKs instead of FOR VALUES.';
  END IF;
  RETURN QUERY SELECT unnest(
    partmanteau.table_commands(parent, made, of)
    || partmanteau.check_commands(parent, made)
    || ARRAY(SELECT format('ALTER TABLE %s ADD CHECK (%s)', made, c) FROM unnest(checks) AS c)
    || partmanteau.index_commands(parent, in_partition_name, made)
    || partmanteau.foreign_key_commands(parent, in_partition_name, made)
    || partmanteau.rights_commands(parent, made)
    || CASE parent.relkind
      WHEN 'p' THEN format('ALTER TABLE %s ATTACH PARTITION %s %s', of, made,
        partmanteau.partition_bound(parent.oid, in_constraints))
      ELSE format('ALTER TABLE %s INHERIT %s', made, of) END
    || in_additional_commands);
END $$;
COMMENT ON FUNCTION partmanteau.table_partition_definition(text, text, text, text[], text[]) IS
  'the commands that create_table_partition would run';

CREATE OR REPLACE FUNCTION partmanteau.table_partition_definition(
  in_schema_name text, in_table_name text, in_partition_name text, in_constraints text[], in_additional_commands text[],
  in_effective_at timestamptz, OUT command text) RETURNS SETOF text
LANGUAGE sql STABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
  SELECT d.command FROM partmanteau.table_partition_definition(
    in_schema_name, in_table_name, in_partition_name, in_constraints, in_additional_commands) AS d
$$;
COMMENT ON FUNCTION partmanteau.table_partition_definition(text, text, text, text[], text[], timestamptz) IS
  'the same; when the partition is effective stands in no command';

CREATE OR REPLACE FUNCTION partmanteau.create_table_partition(
  in_schema_name text, in_table_name text, in_partition_name text, in_constraints text[], in_additional_commands text[],
  in_effective_at timestamptz, OUT command text) RETURNS SETOF text
LANGUAGE plpgsql VOLATILE STRICT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  parent pg_class := partmanteau.take_turn(in_schema_name, in_table_name);
BEGIN
  IF NOT isfinite(in_effective_at) THEN
    RAISE EXCEPTION 'a partition can''t be effective at %', in_effective_at USING ERRCODE = 'datetime_field_overflow';
  END IF;
  FOREACH command IN ARRAY ARRAY(
    SELECT d.command FROM partmanteau.table_partition_definition(
      in_schema_name, in_table_name, in_partition_name, in_constraints, in_additional_commands) AS d)
  LOOP
    EXECUTE command;
    RETURN NEXT;
  END LOOP;
  INSERT INTO partmanteau.partitioned_tables (schema_name, table_name)
    VALUES (in_schema_name, in_table_name) ON CONFLICT DO NOTHING;
  INSERT INTO partmanteau.table_partitions (schema_name, table_name, table_partition_name, effective_at)
    VALUES (in_schema_name, in_table_name, in_partition_name, in_effective_at);
END $$;
COMMENT ON FUNCTION partmanteau.create_table_partition(text, text, text, text[], text[], timestamptz) IS
  'makes a partition with everything that its table has, the constraints as CHECKs, and the commands run at the end;'
  ' returns all commands';

CREATE OR REPLACE FUNCTION partmanteau.create_table_partition(
  in_schema_name text, in_table_name text, in_partition_name text, in_constraints text[], in_additional_commands text[],
  OUT command text) RETURNS SETOF text
LANGUAGE sql VOLATILE STRICT SET search_path = pg_catalog, pg_temp AS $$
  SELECT c.command FROM partmanteau.create_table_partition(
    in_schema_name, in_table_name, in_partition_name, in_constraints, in_additional_commands, now()) AS c
$$;
COMMENT ON FUNCTION partmanteau.create_table_partition(text, text, text, text[], text[]) IS
  'makes a partition that is effective now';

CREATE OR REPLACE FUNCTION partmanteau.drop_table_partition(in_schema_name text, in_table_name text, in_partition_name text)
RETURNS boolean
LANGUAGE plpgsql VOLATILE STRICT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  parent pg_class := partmanteau.take_turn(in_schema_name, in_table_name);
BEGIN
  DELETE FROM partmanteau.table_partitions AS t
    WHERE t.schema_name = in_schema_name AND t.table_name = in_table_name AND t.table_partition_name = in_partition_name;
  IF NOT FOUND THEN
    RAISE EXCEPTION '%.% is not a partition of %.% that was made by partmanteau', quote_ident(in_schema_name),
        quote_ident(in_partition_name), quote_ident(in_schema_name), quote_ident(in_table_name)
      USING ERRCODE = 'undefined_table', HINT = 'partmanteau.table_partitions lists those that were.';
  END IF;
  IF parent.relkind = 'p' THEN
    -- Other tables' foreign keys to the table hold on to its partitions: those that no row needs are let go.
    EXECUTE format('ALTER TABLE %I.%I DETACH PARTITION %I.%I', in_schema_name, in_table_name, in_schema_name, in_partition_name);
  END IF;
  EXECUTE format('DROP TABLE %I.%I', in_schema_name, in_partition_name);
  RETURN true;
END $$;
COMMENT ON FUNCTION partmanteau.drop_table_partition(text, text, text) IS
  'drops a partition that was made by create_table_partition; an error where there is none of that name';

CREATE OR REPLACE FUNCTION partmanteau.drop_table_partition_older_than(
  in_schema_name text, in_table_name text, in_age interval) RETURNS boolean
LANGUAGE plpgsql VOLATILE STRICT SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  oldest text;
BEGIN
  PERFORM partmanteau.take_turn(in_schema_name, in_table_name);
  SELECT t.table_partition_name INTO oldest FROM partmanteau.table_partitions AS t
    WHERE t.schema_name = in_schema_name AND t.table_name = in_table_name AND t.effective_at <= now() - in_age
    ORDER BY t.sort_key, t.created_at, t.table_partition_name LIMIT 1;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no partition of %.% is as old as %', quote_ident(in_schema_name), quote_ident(in_table_name), in_age
      USING ERRCODE = 'no_data_found', HINT = 'partmanteau.table_partitions tells since when each is effective.';
  END IF;
  RETURN partmanteau.drop_table_partition(in_schema_name, in_table_name, oldest);
END $$;
COMMENT ON FUNCTION partmanteau.drop_table_partition_older_than(text, text, interval) IS
  'drops the oldest partition if it has been effective for that long; an error where none has';

CREATE OR REPLACE FUNCTION partmanteau.insert_statement(
  in_schema_name text, in_table_name text, in_columns text[], in_values text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF cardinality(in_columns) <> cardinality(in_values) OR array_position(in_columns, NULL) IS NOT NULL THEN
    RAISE EXCEPTION '% columns and % values for %.%', cardinality(in_columns), cardinality(in_values),
        quote_ident(in_schema_name), quote_ident(in_table_name)
      USING ERRCODE = 'invalid_parameter_value', HINT = 'Each column needs a name and a value; a missing value is NULL.';
  ELSIF cardinality(in_columns) = 0 THEN
    RETURN format('INSERT INTO %I.%I DEFAULT VALUES', in_schema_name, in_table_name);
  END IF;
  RETURN format('INSERT INTO %I.%I (%s) VALUES (%s)', in_schema_name, in_table_name,
    (SELECT string_agg(quote_ident(c.name), ', ' ORDER BY c.number) FROM unnest(in_columns) WITH ORDINALITY AS c (name, number)),
    array_to_string(in_values, ', ', 'NULL'));
END $$;
COMMENT ON FUNCTION partmanteau.insert_statement(text, text, text[], text[]) IS
  'an INSERT of values that are SQL already, from quote_nullable() say; names are quoted';

GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA partmanteau TO PUBLIC;
