-- On the veneer: tells whoever changes what it shows of tenants that migrations do that.
--
-- To alter a foreign table alters nothing on the shard. Who does not own it is refused by
-- PostgreSQL, before a command's objects are known: so ppp.ddl_hint gives the hint to those who own
-- no table, or may create none, and so are refused whatever they name. Who may alter it, a
-- superuser, is refused by ppp.ddl_guard, unless the session says SET ppp.ddl = on, as ppp's do.
-- That is to save a mistake; it keeps nobody out who is allowed in.
--
-- Needs schema ppp and its tables. Can be run again at any time. What goes wrong in here stops
-- nobody, and a role that may not make event triggers goes without.
--
-- https://www.postgresql.org/docs/18/event-trigger-definition.html

CREATE OR REPLACE FUNCTION ppp.ddl_hint()
RETURNS event_trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  refused boolean;
BEGIN
  IF pg_catalog.current_setting('ppp.ddl', true) = 'on' THEN
    RETURN;
  END IF;
  BEGIN
    IF TG_TAG IN ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO') THEN
      refused := NOT pg_catalog.has_database_privilege(pg_catalog.current_database(), 'TEMPORARY')
        AND NOT EXISTS (
          SELECT FROM pg_catalog.pg_namespace AS n
          WHERE pg_catalog.has_schema_privilege(n.oid, 'CREATE'));
    ELSE
      refused := NOT EXISTS (
        SELECT FROM pg_catalog.pg_class AS c
        WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c')
          AND (c.relkind = 'f' OR TG_TAG NOT IN ('ALTER FOREIGN TABLE', 'DROP FOREIGN TABLE'))
          AND pg_catalog.pg_has_role(c.relowner, 'USAGE'));
    END IF;
  EXCEPTION WHEN OTHERS THEN
    RETURN;
  END;
  IF refused THEN
    RAISE NOTICE 'tables of tenants are not changed on the veneer, which only shows them'
      USING HINT = 'Change them on their shards, by a migration: `ppp migrate`.';
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION ppp.ddl_guard()
RETURNS event_trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  shown text;
  made text;
BEGIN
  IF pg_catalog.current_setting('ppp.ddl', true) = 'on' THEN
    RETURN;
  END IF;
  BEGIN
    IF TG_EVENT = 'sql_drop' THEN
      SELECT d.object_type || ' ' || d.object_identity INTO shown
      FROM pg_catalog.pg_event_trigger_dropped_objects() AS d
      JOIN ppp.tenant AS t ON t.schema = d.schema_name
      WHERE d.object_type IN ('foreign table', 'type') AND d.object_name = ANY (t.tables)
      ORDER BY d.object_type, d.object_identity
      LIMIT 1;
    ELSE
      -- By its owner too, for it may have another name now; by the ledger too, for it may have
      -- another owner.
      SELECT d.object_type || ' ' || d.object_identity INTO shown
      FROM pg_catalog.pg_event_trigger_ddl_commands() AS d
      LEFT JOIN pg_catalog.pg_class AS c
        ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.oid = d.objid
      LEFT JOIN pg_catalog.pg_type AS y
        ON d.classid = 'pg_catalog.pg_type'::pg_catalog.regclass AND y.oid = d.objid
      WHERE d.command_tag LIKE 'ALTER %'
        AND (c.relkind IN ('f', 'p') OR y.oid IS NOT NULL)
        AND (EXISTS (
            SELECT FROM ppp.tenant AS t
            WHERE t.schema = d.schema_name
              AND coalesce(c.relname, y.typname) = ANY (t.tables))
          OR coalesce(c.relowner, y.typowner) IN (
            SELECT n.nspowner
            FROM ppp.tenant AS t
            JOIN pg_catalog.pg_namespace AS n ON n.nspname = t.schema))
      ORDER BY d.object_type, d.object_identity
      LIMIT 1;
      SELECT d.object_identity INTO made
      FROM pg_catalog.pg_event_trigger_ddl_commands() AS d
      JOIN ppp.tenant AS t ON t.schema = d.schema_name
      WHERE d.command_tag LIKE 'CREATE TABLE%' OR d.command_tag = 'SELECT INTO'
      ORDER BY d.object_identity
      LIMIT 1;
    END IF;
  EXCEPTION WHEN OTHERS THEN
    RETURN;
  END;
  IF shown IS NOT NULL THEN
    RAISE EXCEPTION '% shows what is on a shard, and changing it changes nothing there', shown
      USING ERRCODE = 'object_not_in_prerequisite_state',
        HINT = 'Change the table itself, by a migration: `ppp migrate`. The veneer follows. To'
          || ' change what it shows all the same, SET ppp.ddl = on.';
  END IF;
  IF made IS NOT NULL THEN
    RAISE WARNING 'table % is on the veneer alone, not on the tenant''s shard', made
      USING HINT = 'Tables of tenants are made by migrations: `ppp migrate`.';
  END IF;
END
$$;

COMMENT ON FUNCTION ppp.ddl_hint() IS 'tells who is refused anyway that migrations change tables';
COMMENT ON FUNCTION ppp.ddl_guard() IS 'refuses changes of what the veneer shows of tenants';

-- CREATE OR REPLACE keeps the owner that it finds.
ALTER FUNCTION ppp.ddl_hint() OWNER TO CURRENT_USER;
ALTER FUNCTION ppp.ddl_guard() OWNER TO CURRENT_USER;

DO $$
BEGIN
  DROP EVENT TRIGGER IF EXISTS ppp_ddl_hint;
  DROP EVENT TRIGGER IF EXISTS ppp_ddl_guard;
  DROP EVENT TRIGGER IF EXISTS ppp_drop_guard;
  CREATE EVENT TRIGGER ppp_ddl_hint ON ddl_command_start
    WHEN TAG IN ('ALTER TABLE', 'ALTER FOREIGN TABLE', 'DROP TABLE', 'DROP FOREIGN TABLE',
      'ALTER TYPE', 'DROP TYPE', 'ALTER DOMAIN', 'DROP DOMAIN', 'CREATE INDEX', 'CREATE TABLE',
      'CREATE TABLE AS', 'SELECT INTO')
    EXECUTE FUNCTION ppp.ddl_hint();
  CREATE EVENT TRIGGER ppp_ddl_guard ON ddl_command_end
    WHEN TAG IN ('ALTER TABLE', 'ALTER FOREIGN TABLE', 'ALTER TYPE', 'ALTER DOMAIN', 'CREATE TABLE',
      'CREATE TABLE AS', 'SELECT INTO')
    EXECUTE FUNCTION ppp.ddl_guard();
  CREATE EVENT TRIGGER ppp_drop_guard ON sql_drop
    WHEN TAG IN ('DROP FOREIGN TABLE', 'DROP TABLE', 'DROP TYPE', 'DROP DOMAIN', 'DROP SCHEMA',
      'DROP SERVER', 'DROP EXTENSION', 'DROP OWNED')
    EXECUTE FUNCTION ppp.ddl_guard();
EXCEPTION WHEN insufficient_privilege THEN
  NULL;
END
$$;
