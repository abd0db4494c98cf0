-- On a replica: how far it is behind its shard, as it can tell without asking that. Idempotent.

-- state: missing, paused, stopped, copying or following, as `ppp replicas` has them.
-- as_of: the replica has all that the shard had committed by then; maybe more.
-- lag: how long ago that is. NULL where nobody knows.
--
-- The shard ends what it has to send with a message that says so. While that is the last one that came, nothing is missing,
-- however long ago it came. Otherwise what it ended last counts, or what the replica committed last with the shard's
-- time of it, which is kept over restarts (track_commit_timestamp).
CREATE OR REPLACE FUNCTION ppp.replication_lag(OUT state text, OUT lag interval, OUT as_of timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  followed record;
  worker record;
  origin oid;
  newest bigint;
  done record;
BEGIN
  SELECT s.oid, s.subenabled INTO followed
    FROM pg_subscription AS s
    JOIN pg_database AS d ON d.oid = s.subdbid AND d.datname = current_database()
    JOIN ppp.object AS o ON o.kind = 'subscription' AND o.name = s.subname;
  IF NOT FOUND THEN
    state := 'missing';
    RETURN;
  END IF;
  SELECT w.last_msg_send_time, w.latest_end_time INTO worker
    FROM pg_stat_subscription AS w
    WHERE w.subid = followed.oid AND w.relid IS NULL AND w.pid IS NOT NULL AND w.received_lsn IS NOT NULL
    ORDER BY w.latest_end_time DESC NULLS LAST LIMIT 1;
  state := CASE
    WHEN NOT followed.subenabled THEN 'paused'
    WHEN NOT FOUND THEN 'stopped'
    WHEN EXISTS (SELECT FROM pg_subscription_rel AS r WHERE r.srsubid = followed.oid AND r.srsubstate <> 'r') THEN 'copying'
    ELSE 'following' END;
  IF worker.last_msg_send_time = worker.latest_end_time THEN
    as_of := clock_timestamp();
    lag := interval '0';
    RETURN;
  END IF;
  as_of := worker.latest_end_time;
  IF current_setting('track_commit_timestamp')::boolean THEN
    SELECT o.roident INTO origin FROM pg_replication_origin AS o WHERE o.roname = 'pg_' || followed.oid;
    newest := pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1;
    -- What failed and was tried again has taken numbers too.
    FOR id IN REVERSE newest .. greatest(newest - 100000, 3) LOOP
      CONTINUE WHEN id % 4294967296 < 3;
      SELECT * INTO done FROM pg_xact_commit_timestamp_origin((id % 4294967296)::text::xid);
      IF done.roident = origin THEN
        as_of := greatest(as_of, done.timestamp);
        EXIT;
      END IF;
    END LOOP;
  END IF;
  lag := greatest(clock_timestamp() - as_of, interval '0');
END $$;

CREATE OR REPLACE VIEW ppp.replication_lag AS SELECT l.state, l.lag, l.as_of FROM ppp.replication_lag() AS l;
GRANT SELECT ON ppp.replication_lag TO PUBLIC;
