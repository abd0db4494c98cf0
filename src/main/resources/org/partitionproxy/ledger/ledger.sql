-- What ppp remembers on a server, in the database with the tenants' schemas. Idempotent.
CREATE SCHEMA IF NOT EXISTS ppp;
-- For what is granted in it by name; nothing else is anybody's.
GRANT USAGE ON SCHEMA ppp TO PUBLIC;
COMMENT ON SCHEMA ppp IS 'Written by ppp, the PostgreSQL Partition Proxy.';

-- Whose server this is: one row.
CREATE TABLE IF NOT EXISTS ppp.stamp (
  topology text NOT NULL,
  server text NOT NULL,
  version integer NOT NULL,
  functions text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX IF NOT EXISTS stamp_is_one_row ON ppp.stamp ((true));

-- What ppp made here and may therefore drop.
CREATE TABLE IF NOT EXISTS ppp.object (
  kind text NOT NULL,
  name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (kind, name)
);

-- On a shard: the tenants that live here. On the veneer: where each lives, and its mirror as of the
-- last time both ends were in step, with what of it could not be shown.
CREATE TABLE IF NOT EXISTS ppp.tenant (
  schema text PRIMARY KEY,
  tenant text NOT NULL,
  shard text NOT NULL,
  source text NOT NULL DEFAULT '',
  mirror text NOT NULL DEFAULT '',
  tables text[] NOT NULL DEFAULT '{}',
  notes text[] NOT NULL DEFAULT '{}',
  updated_at timestamptz NOT NULL DEFAULT now()
);

-- Since version 3: the keys of the tenant's tables, which foreign tables can't have.
ALTER TABLE ppp.tenant ADD COLUMN IF NOT EXISTS keys jsonb NOT NULL DEFAULT '[]';

-- On the veneer, for tools: the keys of what the one who asks has any right to.
CREATE OR REPLACE VIEW ppp.keys WITH (security_barrier) AS
SELECT t.schema AS table_schema, k.table_name, k.constraint_name, k.constraint_type, k.columns,
  k.foreign_table_schema, k.foreign_table_name, k.foreign_columns, k.definition
FROM ppp.tenant AS t
CROSS JOIN LATERAL pg_catalog.jsonb_to_recordset(t.keys) AS k (
  table_name text, constraint_name text, constraint_type text, columns text[],
  foreign_table_schema text, foreign_table_name text, foreign_columns text[], definition text)
JOIN pg_catalog.pg_namespace AS n ON n.nspname = t.schema
JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = k.table_name
WHERE pg_catalog.has_schema_privilege(n.oid, 'USAGE')
  AND pg_catalog.has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE');
COMMENT ON VIEW ppp.keys IS
  'primary keys, unique and foreign keys of the shards'' tables, as far as you may use these';
GRANT SELECT ON ppp.keys TO PUBLIC;

-- Since version 4, on the veneer: what the shard told of a mirrored table when `ppp analyze` read it last.
CREATE TABLE IF NOT EXISTS ppp.analyzed (
  schema text NOT NULL,
  name text NOT NULL,
  rows bigint NOT NULL,
  changes bigint NOT NULL,
  analyzed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (schema, name)
);

-- On the veneer: schema everyone as of the last time it was in step with the shards. No row, or one.
CREATE TABLE IF NOT EXISTS ppp.everyone (
  source text NOT NULL,
  made text NOT NULL,
  notes text[] NOT NULL DEFAULT '{}',
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX IF NOT EXISTS everyone_is_one_row ON ppp.everyone ((true));

-- On the veneer: who ran what. A row without an end is running, or was killed.
CREATE TABLE IF NOT EXISTS ppp.run (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  command text NOT NULL,
  operator text NOT NULL,
  host text NOT NULL,
  pid bigint NOT NULL,
  version text NOT NULL,
  configuration text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  finished_at timestamptz,
  outcome text,
  changes integer
);
