-- Read access to the server's own jsonlog files, and to nothing else.
--
-- EXECUTE on pg_read_binary_file would open every file that the server can read. These functions
-- run as the superuser that made them, and take a file's bare name only: it must be one of the
-- *.json files that pg_ls_logdir() lists (plain files, no folders, no hidden files). There is no
-- lstat() in SQL, so a symbolic link in the log directory looks like the file that it points to; to
-- put one there takes the rights of the server's system user.
--
-- Needs the schema ppp. Can be run again at any time.

CREATE OR REPLACE FUNCTION ppp.log_files(
  OUT name text,
  OUT size bigint,
  OUT modification timestamptz,
  OUT head bytea
)
RETURNS SETOF record
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- The first bytes tell a file from another one that was given the same name later.
  RETURN QUERY
    SELECT f.name,
           f.size,
           f.modification,
           pg_catalog.pg_read_binary_file(
             pg_catalog.current_setting('log_directory') || '/' || f.name, 0, 256, true)
    FROM pg_catalog.pg_ls_logdir() AS f
    WHERE f.name ~ '^[^./\\][^/\\]*\.json$'
    ORDER BY f.modification, f.name;
END
$$;

COMMENT ON FUNCTION ppp.log_files() IS
  'the server''s jsonlog files, oldest first, each with its first 256 bytes';

CREATE OR REPLACE FUNCTION ppp.log_current()
RETURNS text
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN pg_catalog.regexp_replace(pg_catalog.pg_current_logfile('jsonlog'), '^.*/', '');
END
$$;

COMMENT ON FUNCTION ppp.log_current() IS
  'the bare name of the jsonlog file that the server writes now; null if it writes none';

CREATE OR REPLACE FUNCTION ppp.log_read(file_name text, start_at bigint, max_length integer)
RETURNS bytea
LANGUAGE plpgsql
VOLATILE
STRICT
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF file_name !~ '^[^./\\][^/\\]*\.json$' THEN
    RAISE EXCEPTION 'not the name of a log file: %', pg_catalog.quote_literal(file_name)
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF start_at < 0 OR max_length < 0 OR max_length > 8388608 THEN
    RAISE EXCEPTION 'a log is read from an offset of 0 or more, by at most 8 MiB'
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF NOT EXISTS (
    SELECT FROM pg_catalog.pg_ls_logdir() AS f WHERE f.name = file_name COLLATE "C"
  ) THEN
    RETURN NULL;
  END IF;
  RETURN pg_catalog.pg_read_binary_file(
    pg_catalog.current_setting('log_directory') || '/' || file_name, start_at, max_length, true);
END
$$;

COMMENT ON FUNCTION ppp.log_read(text, bigint, integer) IS
  'bytes of one of ppp.log_files(); null if there is no such file, empty beyond its end';

-- CREATE OR REPLACE keeps the owner that it finds.
ALTER FUNCTION ppp.log_files() OWNER TO CURRENT_USER;
ALTER FUNCTION ppp.log_current() OWNER TO CURRENT_USER;
ALTER FUNCTION ppp.log_read(text, bigint, integer) OWNER TO CURRENT_USER;

REVOKE ALL ON FUNCTION ppp.log_files() FROM PUBLIC;
REVOKE ALL ON FUNCTION ppp.log_current() FROM PUBLIC;
REVOKE ALL ON FUNCTION ppp.log_read(text, bigint, integer) FROM PUBLIC;
