-- Columns that foreign keys to converted tables need, added to who refers: chat_created_at beside chat_id. Idempotent; needs
-- the other files here.

-- Such a column. Trigger ppp_fill_COMPANION fills it where it is left out, now and after the conversion.
CREATE TABLE IF NOT EXISTS ppp.conversion_filling (
  workflow bigint NOT NULL REFERENCES ppp.workflow ON DELETE CASCADE,
  number integer NOT NULL,
  schema text NOT NULL,
  name text NOT NULL,
  own text NOT NULL,
  companion text NOT NULL,
  target text NOT NULL,
  referred text NOT NULL,
  key text NOT NULL,
  PRIMARY KEY (workflow, number)
);

-- The columns to add, for all foreign keys to these tables that lack theirs.
CREATE OR REPLACE FUNCTION ppp.conversion_lacking(in_schema text, names text[], key text)
RETURNS TABLE (name text, own text, companion text, target text, referred text, type text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT DISTINCT c.relname, a.attname, ppp.conversion_companion(k.oid, key), t.relname, r.attname, format_type(y.atttypid, y.atttypmod)
  FROM pg_constraint AS k
  JOIN pg_class AS t ON t.oid = k.confrelid AND t.relname = ANY (names) AND t.relnamespace = to_regnamespace(quote_ident(in_schema))
  JOIN pg_class AS c ON c.oid = k.conrelid
  JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
  JOIN pg_attribute AS r ON r.attrelid = k.confrelid AND r.attnum = k.confkey[1]
  JOIN pg_attribute AS y ON y.attrelid = k.confrelid AND y.attname = key AND NOT y.attisdropped
  WHERE k.contype = 'f' AND k.conparentid = 0 AND ppp.conversion_can_add(k.oid) AND ppp.conversion_foreign_key(k.oid, key, '') IS NULL
  ORDER BY 1, 2
$$;

-- Adds them, empty, with the triggers that fill them. Returns how many there are.
CREATE OR REPLACE FUNCTION ppp.conversion_add_columns(of bigint, in_schema text, names text[], key text) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  place text := 'ppp_convert_' || of;
  made text;
  fill text;
  f record;
  n integer := 0;
BEGIN
  IF EXISTS (SELECT FROM ppp.conversion_filling AS x WHERE x.workflow = of) THEN
    RETURN (SELECT count(*) FROM ppp.conversion_filling AS x WHERE x.workflow = of);
  END IF;
  EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I', place);
  FOR f IN SELECT * FROM ppp.conversion_lacking(in_schema, names, key) LOOP
    n := n + 1;
    made := format('%I.%I', in_schema, f.name);
    fill := ppp.conversion_fill_name(f.name, f.companion);
    INSERT INTO ppp.conversion_filling VALUES (of, n, in_schema, f.name, f.own, f.companion, f.target, f.referred, key);
    EXECUTE format('ALTER TABLE %s ADD COLUMN %I %s', made, f.companion, f.type);
    -- As its owner, for who writes here need not be allowed to read there; by the schema that the table is in, whatever
    -- that is called by then.
    EXECUTE format($f$
      CREATE FUNCTION %1$I.%2$I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $b$
      BEGIN
        IF NEW.%3$I IS NULL THEN
          NEW.%4$I := NULL;
          RETURN NEW;
        ELSIF NEW.%4$I IS NOT NULL THEN
          IF TG_OP = 'INSERT' THEN
            RETURN NEW;
          ELSIF NEW.%3$I IS NOT DISTINCT FROM OLD.%3$I OR NEW.%4$I IS DISTINCT FROM OLD.%4$I THEN
            RETURN NEW;
          END IF;
        END IF;
        PERFORM set_config('search_path', quote_ident(TG_TABLE_SCHEMA) || ', pg_temp', true);
        NEW.%4$I := (SELECT r.%5$I FROM %6$I AS r WHERE r.%7$I = NEW.%3$I LIMIT 1);
        RETURN NEW;
      END $b$ $f$, in_schema, fill, f.own, f.companion, key, f.target, f.referred);
    EXECUTE format('ALTER FUNCTION %I.%I() OWNER TO %s', in_schema, fill,
      (SELECT c.relowner::regrole FROM pg_class AS c WHERE c.oid = made::regclass));
    EXECUTE format('REVOKE EXECUTE ON FUNCTION %I.%I() FROM PUBLIC', in_schema, fill);
    EXECUTE format('COMMENT ON FUNCTION %I.%I() IS %L', in_schema, fill, format(
      'Fills %I.%I where it is left out. Drop it with its trigger once every INSERT brings the column.', f.name, f.companion));
    EXECUTE format('CREATE TRIGGER %I BEFORE INSERT OR UPDATE OF %I, %I ON %s FOR EACH ROW EXECUTE FUNCTION %I.%I()',
      ppp.conversion_fill_name('', f.companion), f.own, f.companion, made, in_schema, fill);
    -- Until the exchange; then the foreign key does it, by ON UPDATE CASCADE.
    EXECUTE format($f$
      CREATE FUNCTION %1$I.%2$I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $b$
      BEGIN
        UPDATE %3$s SET %4$I = NEW.%5$I WHERE %6$I = NEW.%7$I AND %4$I IS DISTINCT FROM NEW.%5$I;
        RETURN NULL;
      END $b$ $f$, place, 'carry_' || n, made, f.companion, key, f.own, f.referred);
    EXECUTE format('CREATE TRIGGER %I AFTER UPDATE OF %I ON %I.%I FOR EACH ROW WHEN (OLD.%I IS DISTINCT FROM NEW.%I) EXECUTE FUNCTION %I.%I()',
      format('ppp_convert_%s_carry_%s', of, n), key, in_schema, f.target, key, key, place, 'carry_' || n);
  END LOOP;
  RETURN n;
END $$;

-- Fills what lies in some of a table's pages. Without triggers, for no row changes to whom it belongs.
CREATE OR REPLACE FUNCTION ppp.conversion_fill(of bigint, which integer, page bigint, pages bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET session_replication_role = 'replica' AS $$
DECLARE
  f ppp.conversion_filling;
  filled bigint;
BEGIN
  SELECT * INTO STRICT f FROM ppp.conversion_filling AS x WHERE x.workflow = of AND x.number = which;
  EXECUTE format('UPDATE %1$I.%2$I AS n SET %3$I = r.%4$I FROM %1$I.%5$I AS r WHERE r.%6$I = n.%7$I AND n.%3$I IS NULL'
      ' AND n.ctid >= ''(%8$s,0)'' AND n.ctid < ''(%9$s,0)''',
    f.schema, f.name, f.companion, f.key, f.target, f.referred, f.own, page, page + pages);
  GET DIAGNOSTICS filled = ROW_COUNT;
  RETURN filled;
END $$;

-- Mends what two that wrote at the same moment left: one refers to a row whose key the other one changes. From the
-- exchange on the foreign key sees to that.
CREATE OR REPLACE FUNCTION ppp.conversion_mend(of bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET session_replication_role = 'replica' AS $$
DECLARE
  f ppp.conversion_filling;
  mended bigint := 0;
  rows bigint;
BEGIN
  FOR f IN SELECT * FROM ppp.conversion_filling AS x WHERE x.workflow = of ORDER BY x.number LOOP
    EXECUTE format('UPDATE %1$I.%2$I AS n SET %3$I = r.%4$I FROM %1$I.%5$I AS r WHERE r.%6$I = n.%7$I AND n.%3$I IS DISTINCT FROM r.%4$I',
      f.schema, f.name, f.companion, f.key, f.target, f.referred, f.own);
    GET DIAGNOSTICS rows = ROW_COUNT;
    mended := mended + rows;
  END LOOP;
  RETURN mended;
END $$;

-- Before the exchange: the columns go, and what filled them.
CREATE OR REPLACE FUNCTION ppp.conversion_remove_columns(of bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  f ppp.conversion_filling;
BEGIN
  FOR f IN SELECT * FROM ppp.conversion_filling AS x WHERE x.workflow = of ORDER BY x.number LOOP
    EXECUTE format('DROP TRIGGER IF EXISTS %I ON %I.%I', format('ppp_convert_%s_carry_%s', of, f.number), f.schema, f.target);
    EXECUTE format('DROP FUNCTION IF EXISTS %I.%I() CASCADE', f.schema, ppp.conversion_fill_name(f.name, f.companion));
    EXECUTE format('ALTER TABLE %I.%I DROP COLUMN IF EXISTS %I', f.schema, f.name, f.companion);
  END LOOP;
  EXECUTE format('DROP SCHEMA IF EXISTS %I CASCADE', 'ppp_convert_' || of);
  DELETE FROM ppp.conversion_filling AS x WHERE x.workflow = of;
END $$;
