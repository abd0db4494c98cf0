-- On a shard: what `ppp jobs run` runs there, and how it went. Idempotent.
CREATE TABLE IF NOT EXISTS ppp.job (
  title text PRIMARY KEY,
  name text NOT NULL,
  schema text,
  schedule text NOT NULL,
  sql text NOT NULL,
  role text NOT NULL,
  timeout_ms bigint,
  paused boolean NOT NULL DEFAULT false
);

-- Jobs that were paused for all: what comes later of them, with a new tenant, is made paused.
CREATE TABLE IF NOT EXISTS ppp.job_pause (
  name text PRIMARY KEY
);

-- Whoever runs jobs here removes the oldest.
CREATE TABLE IF NOT EXISTS ppp.job_run (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  title text NOT NULL,
  status text NOT NULL,
  started_at timestamptz NOT NULL,
  ended_at timestamptz NOT NULL,
  message text NOT NULL
);
CREATE INDEX IF NOT EXISTS job_run_of ON ppp.job_run (title, id);
