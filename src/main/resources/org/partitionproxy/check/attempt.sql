-- Runs one statement and undoes it. As a function with its owner's rights it refuses changes of role, as PL/pgSQL it
-- refuses to end the transaction. What comes back is the error, or PPP00 and what the statement left until then.
CREATE FUNCTION attempt(
  statement text,
  OUT sql_state text,
  OUT message text,
  OUT settings text[],
  OUT temporary boolean
)
LANGUAGE plpgsql
SECURITY DEFINER
AS $$
DECLARE
  before text[] := ARRAY(
    SELECT name || '=' || setting FROM pg_catalog.pg_settings WHERE source = 'session');
BEGIN
  EXECUTE statement;
  settings := ARRAY(
    SELECT name FROM pg_catalog.pg_settings
    WHERE source = 'session' AND NOT name || '=' || setting = ANY (before)
    ORDER BY name);
  temporary := EXISTS (
    SELECT FROM pg_catalog.pg_class WHERE relnamespace = pg_catalog.pg_my_temp_schema());
  RAISE EXCEPTION USING ERRCODE = 'PPP00', MESSAGE = 'undone';
EXCEPTION
  WHEN OTHERS OR query_canceled THEN
    GET STACKED DIAGNOSTICS sql_state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
END
$$;
