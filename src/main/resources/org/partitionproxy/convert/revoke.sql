-- The last: none of these functions is for everybody.

DO $$
DECLARE
  mine regprocedure;
BEGIN
  FOR mine IN SELECT p.oid FROM pg_catalog.pg_proc AS p
    WHERE p.pronamespace = 'ppp'::pg_catalog.regnamespace AND p.proname LIKE 'conversion\_%'
  LOOP
    EXECUTE pg_catalog.format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', mine);
  END LOOP;
END $$;
