-- The journal of long work in steps. It lives beside the data, so that it is found from any machine. Idempotent.

-- definition: what the kind of work needs to know, for it alone.
-- state: running (or its process is gone), waiting (for `ppp workflows finish`), finished, aborted.
CREATE TABLE IF NOT EXISTS ppp.workflow (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL,
  tenant text NOT NULL,
  subject text NOT NULL,
  definition jsonb NOT NULL,
  state text NOT NULL DEFAULT 'running',
  error text,
  operator text NOT NULL,
  host text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- A step without an end is under way, or was when the process went.
CREATE TABLE IF NOT EXISTS ppp.workflow_step (
  workflow bigint NOT NULL REFERENCES ppp.workflow ON DELETE CASCADE,
  number integer NOT NULL,
  name text NOT NULL,
  detail text,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  finished_at timestamptz,
  PRIMARY KEY (workflow, number)
);
