-- Many operations of the last six days, in the order of time. Returns how many.
CREATE FUNCTION generate_operations(wanted integer) RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  made bigint;
BEGIN
  INSERT INTO operations (created_at, client, operation_type, amount)
  SELECT now() - interval '6 days' * (1 - n::float8 / wanted), 1 + floor(random() * 100),
    CASE WHEN random() < 0.5 THEN 'online' ELSE 'offline' END, round((random() * 1000)::numeric, 2)
  FROM generate_series(1, wanted) AS n;
  GET DIAGNOSTICS made = ROW_COUNT;
  RETURN made;
END $$;

-- What an application would do: some operations of now.
CREATE FUNCTION insert_batch(wanted integer) RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  made bigint;
BEGIN
  INSERT INTO operations (client, operation_type, amount)
  SELECT 1 + floor(random() * 100), CASE WHEN random() < 0.5 THEN 'online' ELSE 'offline' END, round((random() * 1000)::numeric, 2)
  FROM generate_series(1, wanted);
  GET DIAGNOSTICS made = ROW_COUNT;
  RETURN made;
END $$;

-- Settles operations with even ids on even turns, and with odd ids on odd turns, a thousand at most. Rows that another
-- session is at are left to a later turn. Returns how many.
CREATE SEQUENCE settle_turns;

CREATE FUNCTION settle(most integer DEFAULT 1000) RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  turn bigint := nextval('settle_turns');
  done bigint;
BEGIN
  UPDATE operations AS o SET settled = true
  FROM (
    SELECT id, created_at FROM operations
    WHERE NOT settled AND id % 2 = turn % 2
    ORDER BY id LIMIT most FOR UPDATE SKIP LOCKED) AS due
  WHERE o.id = due.id AND o.created_at = due.created_at;
  GET DIAGNOSTICS done = ROW_COUNT;
  RETURN done;
END $$;
