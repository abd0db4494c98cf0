-- What ppp remembers on a server, in the database with the tenants' schemas. Idempotent.
CREATE SCHEMA IF NOT EXISTS ppp;
REVOKE ALL ON SCHEMA ppp FROM PUBLIC;
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

-- On the veneer: what the shard told of a mirrored table when `ppp analyze` read it last.
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
