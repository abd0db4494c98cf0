-- The plain form of the rollup, for comparison: each change of a status refreshes the view, in the writer's own transaction.
-- The writer waits for it, and writers for each other. Run it as the owner of the tenant's tables, with its schema as the search_path.
CREATE OR REPLACE FUNCTION refresh_mv_sum() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  REFRESH MATERIALIZED VIEW mv_sum;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER refresh_mv_sum AFTER UPDATE OF settled ON operations
  FOR EACH STATEMENT EXECUTE FUNCTION refresh_mv_sum();
