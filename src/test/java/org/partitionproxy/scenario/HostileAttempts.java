package org.partitionproxy.scenario;

import static org.partitionproxy.scenario.Attempt.Door.SHARD;
import static org.partitionproxy.scenario.Attempt.Door.VENEER;
import static org.partitionproxy.scenario.Attempt.denied;
import static org.partitionproxy.scenario.Attempt.sees;
import static org.partitionproxy.scenario.Attempt.seesNothing;

import java.util.List;
import java.util.stream.Stream;

/**
 * What a tenant might try. In the statements, {@code [own]} is its schema, {@code [theirs]} the
 * other's, {@code [me]} and {@code [them]} are the roles, {@code [admin]} and {@code [app]} the
 * shared ones, {@code [database]} the database, {@code [oid]} the other's table by number, {@code
 * [pid]} the other's session, {@code [lo]} its large object.
 */
final class HostileAttempts {

  private HostileAttempts() {}

  static List<Attempt> all() {
    return Stream.of(rows(), roles(), passwords(), sessions(), files(), objects(), reach())
        .flatMap(List::stream)
        .toList();
  }

  /** At the other's rows, directly and through things of its own. */
  private static List<Attempt> rows() {
    return List.of(
        denied("SELECT * FROM [theirs].items"),
        denied("SELECT * FROM [theirs].items FOR UPDATE"),
        denied("INSERT INTO [theirs].items VALUES (9, 'x')"),
        denied("UPDATE [theirs].items SET note = 'x'"),
        denied("DELETE FROM [theirs].items"),
        denied("TRUNCATE [theirs].items"),
        denied("COPY [theirs].items TO STDOUT"),
        denied("COPY (SELECT * FROM [theirs].items) TO STDOUT"),
        denied("EXPLAIN ANALYZE SELECT * FROM [theirs].items"),
        denied("PREPARE spy AS SELECT * FROM [theirs].items"),
        denied("DECLARE spy CURSOR WITH HOLD FOR SELECT * FROM [theirs].items"),
        denied("SELECT 1; LOCK TABLE [theirs].items"),
        denied("ANALYZE [theirs].items"),
        denied("DO $$ BEGIN EXECUTE 'SELECT FROM [theirs].items'; END $$"),
        new Attempt(
            Attempt.Door.BOTH,
            "SET search_path = pg_catalog, [theirs]; SELECT * FROM items",
            "42P01"),
        denied("SELECT table_to_xml([oid]::regclass, true, false, '')"),
        denied("SELECT query_to_xml('SELECT * FROM [theirs].items', true, false, '')"),
        denied("SELECT schema_to_xml('[theirs]', true, false, '')"),
        denied("SELECT nextval('[theirs].ids_id_seq')"),
        denied("CREATE VIEW [own].spy AS SELECT * FROM [theirs].items"),
        denied("CREATE VIEW public.spy AS SELECT * FROM [theirs].items"),
        denied("CREATE TEMP VIEW spy AS SELECT * FROM [theirs].items"),
        denied("CREATE TEMP TABLE spy AS SELECT * FROM items"),
        denied("CREATE TABLE [own].spy () INHERITS ([theirs].items)"),
        denied(
            "CREATE FUNCTION [own].spy() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'"),
        denied("CREATE FUNCTION pg_temp.spy() RETURNS int LANGUAGE sql AS 'SELECT 1'"),
        denied("CREATE FUNCTION public.spy() RETURNS int LANGUAGE internal AS 'int4in'"),
        denied("CREATE TRIGGER spy BEFORE INSERT ON [theirs].items EXECUTE FUNCTION now()"),
        denied("CREATE RULE spy AS ON INSERT TO [theirs].items DO NOTHING"),
        denied("COMMENT ON SCHEMA [theirs] IS 'x'"),
        denied("DROP SCHEMA [theirs] CASCADE"),
        denied("DROP SCHEMA [own] CASCADE"),
        seesNothing("SELECT * FROM pg_stats WHERE schemaname = '[theirs]'"),
        seesNothing("SELECT * FROM pg_stats_ext WHERE schemaname = '[theirs]'"),
        denied("SELECT * FROM pg_statistic"));
  }

  /** At being somebody else. */
  private static List<Attempt> roles() {
    return List.of(
        denied("SET ROLE [them]"),
        denied("SET ROLE [admin]"),
        denied("SET ROLE [app]"),
        denied("SET ROLE postgres"),
        denied("SET SESSION AUTHORIZATION [them]"),
        denied("GRANT [them] TO [me]"),
        denied("GRANT SELECT ON [theirs].items TO [me]"),
        denied("GRANT USAGE ON SCHEMA [theirs] TO [me]"),
        denied("ALTER DEFAULT PRIVILEGES FOR ROLE [admin] GRANT SELECT ON TABLES TO [me]"),
        denied("REASSIGN OWNED BY [them] TO [me]"),
        denied("CREATE ROLE spy"),
        denied("ALTER ROLE [me] SUPERUSER"),
        denied("ALTER ROLE [me] CREATEROLE"),
        denied("ALTER ROLE [me] BYPASSRLS"),
        denied("ALTER ROLE [them] PASSWORD 'x'"),
        denied("ALTER ROLE [them] NOLOGIN"),
        denied("ALTER ROLE [them] SET search_path = [own]"),
        denied("DROP ROLE [them]"));
  }

  /** At passwords, and at the way to the shards. */
  private static List<Attempt> passwords() {
    return List.of(
        denied("SELECT * FROM pg_authid"),
        denied("SELECT * FROM pg_shadow"),
        denied("SELECT * FROM pg_user_mapping"),
        denied("SELECT * FROM pg_user_mappings"),
        denied("SELECT * FROM pg_foreign_server"),
        denied("SELECT * FROM pg_foreign_table"),
        denied("SELECT * FROM pg_foreign_data_wrapper"),
        denied("SELECT * FROM pg_db_role_setting"),
        seesNothing("SELECT * FROM information_schema.user_mappings"),
        seesNothing("SELECT * FROM information_schema.user_mapping_options"),
        seesNothing("SELECT * FROM information_schema.foreign_servers"),
        seesNothing("SELECT * FROM information_schema.foreign_server_options"),
        seesNothing(
            "SELECT * FROM information_schema.foreign_table_options"
                + " WHERE foreign_table_schema <> '[own]'"),
        seesNothing("SELECT * FROM information_schema.tables WHERE table_schema = '[theirs]'"),
        seesNothing("SELECT * FROM information_schema.columns WHERE table_schema = '[theirs]'"),
        denied("SELECT * FROM pg_subscription"),
        denied("SELECT * FROM pg_hba_file_rules"),
        denied(VENEER, "ALTER USER MAPPING FOR [me] SERVER shard1 OPTIONS (SET user '[them]')"),
        denied(VENEER, "CREATE USER MAPPING FOR PUBLIC SERVER shard1 OPTIONS (user '[them]')"),
        denied(VENEER, "DROP USER MAPPING FOR [them] SERVER shard1"),
        denied(VENEER, "ALTER SERVER shard1 OPTIONS (SET host 'localhost')"),
        denied(VENEER, "DROP SERVER shard1 CASCADE"),
        denied(VENEER, "CREATE SERVER spy FOREIGN DATA WRAPPER postgres_fdw"),
        denied(VENEER, "CREATE FOREIGN TABLE [own].spy (id int) SERVER shard1"),
        denied(VENEER, "ALTER FOREIGN TABLE items OPTIONS (SET schema_name '[theirs]')"),
        denied(VENEER, "IMPORT FOREIGN SCHEMA [theirs] FROM SERVER shard1 INTO [own]"),
        denied(VENEER, "SELECT public.dblink('shard1', 'SELECT 1')"),
        denied(VENEER, "SELECT public.dblink_connect('shard1')"));
  }

  /** At what others are doing. */
  private static List<Attempt> sessions() {
    return List.of(
        denied("SELECT query FROM pg_stat_activity"),
        denied("SELECT * FROM pg_stat_get_activity(NULL)"),
        denied("SELECT pg_stat_get_backend_idset()"),
        denied("SELECT pg_stat_get_backend_activity(1)"),
        denied("SELECT * FROM pg_stat_ssl"),
        denied("SELECT * FROM pg_locks"),
        denied("SELECT * FROM pg_lock_status()"),
        denied("SELECT pg_blocking_pids([pid])"),
        denied("SELECT pg_safe_snapshot_blocking_pids([pid])"),
        denied("SELECT * FROM pg_prepared_xacts"),
        denied("SELECT * FROM pg_prepared_xact()"),
        denied(VENEER, "SELECT query FROM public.pg_stat_statements"),
        denied(VENEER, "SELECT query FROM public.pg_stat_statements(true)"),
        denied(VENEER, "SELECT public.pg_stat_statements_reset()"),
        seesNothing("SELECT * FROM pg_prepared_statements"),
        seesNothing("SELECT * FROM pg_cursors WHERE name = 'theirs'"),
        denied("SELECT * FROM pg_stat_user_tables"),
        denied("SELECT * FROM pg_stat_xact_user_tables"),
        denied("SELECT * FROM pg_statio_all_tables"),
        denied("SELECT * FROM pg_stat_all_indexes"),
        denied("SELECT pg_stat_get_live_tuples([oid])"),
        denied("SELECT pg_stat_get_tuples_inserted([oid])"),
        denied("SELECT pg_log_backend_memory_contexts([pid])"),
        denied("SELECT * FROM pg_backend_memory_contexts"),
        denied("SELECT * FROM pg_shmem_allocations"));
  }

  /** At the server's files and logs, and at what ppp keeps. */
  private static List<Attempt> files() {
    return List.of(
        denied("SELECT pg_read_file('PG_VERSION')"),
        denied("SELECT pg_read_binary_file('PG_VERSION')"),
        denied("SELECT pg_stat_file('PG_VERSION')"),
        denied("SELECT pg_ls_dir('.')"),
        denied("SELECT pg_ls_logdir()"),
        denied("SELECT pg_ls_waldir()"),
        denied("SELECT pg_current_logfile()"),
        denied("SELECT pg_rotate_logfile()"),
        denied("COPY items FROM PROGRAM 'id'"),
        denied("COPY items TO PROGRAM 'cat'"),
        denied("COPY items FROM '/etc/passwd'"),
        denied("COPY items TO '/tmp/items'"),
        denied("SELECT lo_import('/etc/passwd')"),
        denied("SELECT lo_export(1, '/tmp/lo')"),
        denied("SHOW data_directory"),
        denied("SHOW hba_file"),
        denied("SELECT * FROM pg_file_settings"),
        seesNothing("SELECT * FROM pg_settings WHERE name = 'data_directory'"),
        denied("SELECT * FROM ppp.log_files()"),
        denied("SELECT ppp.log_current()"),
        denied("SELECT ppp.log_read('x.json', 0, 100)"),
        denied("SELECT * FROM ppp.stamp"),
        denied("SELECT * FROM ppp.object"),
        denied("SELECT * FROM ppp.tenant"),
        denied("SELECT * FROM ppp.run"),
        denied("DROP SCHEMA ppp CASCADE"));
  }

  /** At objects through which more could be reached. */
  private static List<Attempt> objects() {
    return List.of(
        denied("CREATE SCHEMA spy"),
        denied("CREATE TABLE public.spy (id int)"),
        denied("CREATE DATABASE spy"),
        denied("ALTER DATABASE [database] SET search_path = [theirs]"),
        denied("CREATE EXTENSION file_fdw"),
        denied("CREATE EXTENSION pgcrypto"),
        denied("CREATE EVENT TRIGGER spy ON ddl_command_end EXECUTE FUNCTION now()"),
        denied("CREATE PUBLICATION spy FOR TABLE items"),
        denied("CREATE SUBSCRIPTION spy CONNECTION '' PUBLICATION spy WITH (connect = false)"),
        denied("CREATE TABLESPACE spy LOCATION '/tmp'"),
        denied("ALTER SYSTEM SET log_statement = 'all'"),
        denied("SET log_statement = 'all'"),
        denied("SET session_preload_libraries = 'auto_explain'"),
        denied("LOAD 'auto_explain'"),
        denied("SELECT * FROM pg_largeobject"),
        denied("SELECT * FROM pg_largeobject_metadata"),
        denied(VENEER, "SELECT lo_create(0)"),
        denied(VENEER, "SELECT lo_creat(-1)"),
        denied(VENEER, "SELECT lo_from_bytea(0, 'x')"),
        denied(SHARD, "SELECT lo_get([lo])"),
        denied(SHARD, "SELECT lo_put([lo], 0, 'x')"),
        denied(SHARD, "SELECT lo_open([lo], 262144)"),
        denied(SHARD, "SELECT lo_unlink([lo])"));
  }

  /** At others' sessions, and at what all share. */
  private static List<Attempt> reach() {
    return List.of(
        denied("SELECT pg_terminate_backend([pid])"),
        denied("SELECT pg_cancel_backend([pid])"),
        denied(VENEER, "SELECT pg_notify('theirs', 'x')"),
        denied(VENEER, "SELECT pg_export_snapshot()"),
        denied("SELECT pg_logical_emit_message(false, 'theirs', 'x')"),
        denied("SELECT pg_create_physical_replication_slot('spy')"),
        denied("SELECT pg_replication_origin_create('spy')"),
        denied("SELECT pg_switch_wal()"),
        denied("SELECT pg_stat_reset()"),
        denied("SELECT pg_reload_conf()"),
        denied("CHECKPOINT"),
        denied("ALTER ROLE [me] CONNECTION LIMIT -1"),
        denied("SET temp_file_limit = -1"));
  }

  /** What PostgreSQL lets everybody do and see, whatever ppp revokes. */
  static List<Attempt> possible() {
    return List.of(
        sees("[items]", "SELECT relname FROM pg_class WHERE oid = [oid]"),
        sees(
            "[id, note]",
            "SELECT attname FROM pg_attribute WHERE attrelid = [oid] AND attnum > 0"
                + " ORDER BY attnum"),
        sees("[[them]]", "SELECT rolname FROM pg_roles WHERE rolname = '[them]'"),
        sees("[t]", "SELECT reltuples IS NOT NULL FROM pg_class WHERE oid = [oid]"),
        sees("[t]", "SELECT pg_table_size([oid]) IS NOT NULL"),
        sees("00000", "NOTIFY theirs, 'x'"),
        sees("[t]", "SELECT pg_try_advisory_lock(4711)"),
        sees("00000", "SET statement_timeout = 0"),
        sees("00000", "SET work_mem = '1GB'"),
        sees("00000", "SET postgres_fdw.application_name = 'x'"));
  }
}
