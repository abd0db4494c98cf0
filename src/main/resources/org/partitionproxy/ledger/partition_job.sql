-- For schedulers of the server's own (pg_cron): makes what is missing of the partitions of one table name, in all
-- tenants. Each turn is a transaction of its own; what goes wrong with one tenant keeps no other from its partitions, and
-- is an error at the end. As ppp does, it waits for a lock no longer than others may wait behind it, and tries again.
-- Idempotent. No settings are bound to it, since such a procedure can't COMMIT.
CREATE OR REPLACE PROCEDURE ppp.make_all_partitions(in_name text)
LANGUAGE plpgsql AS $$
DECLARE
  policy record;
  again boolean;
  blocked text;
  tries integer;
  failures text;
BEGIN
  FOR policy IN
    SELECT p.schema, p.name FROM ppp.partition_policy AS p
    WHERE p.name = in_name
      -- Of a tenant that is gone, the policy goes with the next ppp initialize.
      AND pg_catalog.to_regclass(pg_catalog.format('%I.%I', p.schema, p.name)) IS NOT NULL
    ORDER BY p.schema
  LOOP
    tries := 0;
    blocked := NULL;
    LOOP
      PERFORM pg_catalog.set_config('lock_timeout', '200ms', true);
      BEGIN
        SELECT coalesce(pg_catalog.bool_or(m.again), false), pg_catalog.string_agg(pg_catalog.format(
              '%I.%I: rows from %s to %s are in its default partition', policy.schema, policy.name, m.lower, m.upper), E'\n')
            FILTER (WHERE m.action = 'blocked')
          INTO again, blocked
          FROM ppp.make_partitions(policy.schema, policy.name) AS m;
      EXCEPTION WHEN OTHERS THEN
        tries := tries + 1;
        again := SQLSTATE IN ('55P03', '40P01') AND tries < 30;
        IF again THEN
          PERFORM pg_catalog.pg_sleep(0.05 + 0.15 * pg_catalog.random());
        ELSE
          failures := pg_catalog.concat_ws(E'\n', failures, pg_catalog.format('%I.%I: %s', policy.schema, policy.name, SQLERRM));
        END IF;
      END;
      COMMIT;
      EXIT WHEN NOT again;
    END LOOP;
    failures := nullif(pg_catalog.concat_ws(E'\n', failures, blocked), '');
  END LOOP;
  IF failures IS NOT NULL THEN
    RAISE EXCEPTION 'not all partitions are made' USING DETAIL = failures;
  END IF;
END $$;

REVOKE EXECUTE ON PROCEDURE ppp.make_all_partitions(text) FROM PUBLIC;
