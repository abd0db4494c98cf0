-- For schedulers of the server's own (pg_cron): makes what is missing of the partitions of one table name, in all
-- tenants. Each turn is a transaction of its own; what goes wrong with one tenant keeps no other from its partitions, and
-- is an error at the end. Idempotent. No settings are bound to it, since such a procedure can't COMMIT.
CREATE OR REPLACE PROCEDURE ppp.make_all_partitions(in_name text)
LANGUAGE plpgsql AS $$
DECLARE
  policy record;
  again boolean;
  failures text;
BEGIN
  FOR policy IN
    SELECT p.schema, p.name FROM ppp.partition_policy AS p
    WHERE p.name = in_name
      -- Of a tenant that is gone, the policy goes with the next ppp initialize.
      AND pg_catalog.to_regclass(pg_catalog.format('%I.%I', p.schema, p.name)) IS NOT NULL
    ORDER BY p.schema
  LOOP
    LOOP
      PERFORM pg_catalog.set_config('lock_timeout', '2s', true);
      BEGIN
        SELECT coalesce(pg_catalog.bool_or(m.action <> 'blocked'), false) INTO again
          FROM ppp.make_partitions(policy.schema, policy.name) AS m;
      EXCEPTION WHEN OTHERS THEN
        again := false;
        failures := pg_catalog.concat_ws(E'\n', failures, pg_catalog.format('%I.%I: %s', policy.schema, policy.name, SQLERRM));
      END;
      COMMIT;
      EXIT WHEN NOT again;
    END LOOP;
  END LOOP;
  IF failures IS NOT NULL THEN
    RAISE EXCEPTION 'not all partitions are made' USING DETAIL = failures;
  END IF;
END $$;

REVOKE EXECUTE ON PROCEDURE ppp.make_all_partitions(text) FROM PUBLIC;
