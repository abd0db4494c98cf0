-- Operations by the time of their creation. A key of a partitioned table must hold the partition key, for PostgreSQL keeps
-- uniqueness by an index on each partition, and none over all of them: the primary key is (id, created_at).
CREATE TABLE operations (
  id bigserial,
  operation_guid uuid NOT NULL DEFAULT gen_random_uuid(),
  created_at timestamptz NOT NULL DEFAULT now(),
  client integer NOT NULL,
  operation_type text NOT NULL CHECK (operation_type IN ('online', 'offline')),
  amount numeric(12, 2) NOT NULL,
  settled boolean NOT NULL DEFAULT false,
  PRIMARY KEY (id, created_at)
) PARTITION BY RANGE (created_at);

-- What waits to be settled is little, and the rest isn't in the index.
CREATE INDEX operations_unsettled ON operations (id) WHERE NOT settled;

-- The days of the last week, for operations of the past. The others are made by ppp, by the policy in shards.yaml.
DO $$
DECLARE
  day timestamptz;
BEGIN
  FOR day IN SELECT d AT TIME ZONE 'UTC' FROM generate_series(
    (now() AT TIME ZONE 'UTC')::date - 7, (now() AT TIME ZONE 'UTC')::date, interval '1 day') AS d
  LOOP
    EXECUTE format('CREATE TABLE %I PARTITION OF operations FOR VALUES FROM (%L) TO (%L)',
      'operations_' || to_char(day AT TIME ZONE 'UTC', 'YYYYMMDD'), day, (day AT TIME ZONE 'UTC' + interval '1 day') AT TIME ZONE 'UTC');
  END LOOP;
END $$;

-- A guid is unique over all partitions by a table of its own, which has each once. PostgreSQL's own means is a unique key
-- (operation_guid, created_at): it would let the same guid pass at another time.
CREATE TABLE operation_guids (operation_guid uuid PRIMARY KEY);

-- With its schema as the path: whoever comes through the veneer has pg_catalog alone.
CREATE FUNCTION keep_guids() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF TG_OP IN ('UPDATE', 'DELETE') THEN
    DELETE FROM operation_guids AS g USING gone WHERE g.operation_guid = gone.operation_guid;
  END IF;
  IF TG_OP IN ('INSERT', 'UPDATE') THEN
    INSERT INTO operation_guids SELECT operation_guid FROM come;
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER keep_guids_insert AFTER INSERT ON operations
  REFERENCING NEW TABLE AS come FOR EACH STATEMENT EXECUTE FUNCTION keep_guids();
CREATE TRIGGER keep_guids_delete AFTER DELETE ON operations
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION keep_guids();
