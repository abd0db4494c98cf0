-- The plain form of the rollup, for comparison: each statement that settles operations refreshes the view, in the writer's own
-- transaction. Copy it to migrations/ as V4__refresh_by_trigger.sql and run `ppp migrate`, so that the owner of the view makes it.

-- Who settles waits here for whoever did before: a refresh sees what was committed when its statement began, and two at once
-- would lose what the first has settled. A transaction in REPEATABLE READ, as all are through the veneer, fails with 40001
-- instead, and has to be repeated.
CREATE TABLE mv_sum_refreshes (refreshes bigint NOT NULL);
INSERT INTO mv_sum_refreshes VALUES (0);

CREATE FUNCTION refresh_mv_sum() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  UPDATE mv_sum_refreshes SET refreshes = refreshes + 1;
  REFRESH MATERIALIZED VIEW mv_sum;
  RETURN NULL;
END $$;

CREATE TRIGGER refresh_mv_sum AFTER UPDATE OF settled ON operations
  FOR EACH STATEMENT EXECUTE FUNCTION refresh_mv_sum();
