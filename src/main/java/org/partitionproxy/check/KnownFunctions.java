package org.partitionproxy.check;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Functions of PostgreSQL that mean something else on the veneer, by their numbers on a server. */
final class KnownFunctions {

  /** Why a function is no good, or not the same, through the veneer. */
  enum Kind {
    SEQUENCE,
    LAST_VALUE,
    ADVISORY_LOCK,
    NOTIFICATION,
    SETTING,
    TRANSACTION,
    SIZE
  }

  private static final Map<String, Kind> KINDS = kinds();

  private final Map<Long, Planner.BuiltIn> known = new LinkedHashMap<>();

  KnownFunctions(Planner planner) {
    planner.builtIns(new ArrayList<>(KINDS.keySet())).forEach(f -> known.put(f.number(), f));
  }

  private static Map<String, Kind> kinds() {
    Map<String, Kind> kinds = new LinkedHashMap<>();
    put(kinds, Kind.SEQUENCE, "nextval", "currval", "setval");
    put(kinds, Kind.LAST_VALUE, "lastval");
    put(kinds, Kind.NOTIFICATION, "pg_notify", "pg_listening_channels");
    put(kinds, Kind.SETTING, "set_config");
    put(
        kinds,
        Kind.ADVISORY_LOCK,
        "pg_advisory_lock",
        "pg_advisory_lock_shared",
        "pg_advisory_xact_lock",
        "pg_advisory_xact_lock_shared",
        "pg_try_advisory_lock",
        "pg_try_advisory_lock_shared",
        "pg_try_advisory_xact_lock",
        "pg_try_advisory_xact_lock_shared",
        "pg_advisory_unlock",
        "pg_advisory_unlock_shared",
        "pg_advisory_unlock_all");
    put(
        kinds,
        Kind.TRANSACTION,
        "txid_current",
        "txid_current_if_assigned",
        "txid_current_snapshot",
        "txid_status",
        "pg_current_xact_id",
        "pg_current_xact_id_if_assigned",
        "pg_current_snapshot",
        "pg_xact_status",
        "pg_export_snapshot",
        "pg_current_wal_lsn",
        "pg_current_wal_insert_lsn");
    put(
        kinds,
        Kind.SIZE,
        "pg_relation_size",
        "pg_table_size",
        "pg_indexes_size",
        "pg_total_relation_size");
    return kinds;
  }

  private static void put(Map<String, Kind> kinds, Kind kind, String... names) {
    for (String name : names) {
      kinds.put(name, kind);
    }
  }

  /**
   * @param onConstant see {@link Query.Call}
   */
  record Use(String name, Kind kind, boolean onConstant) {}

  /** Those that a statement calls, in the order of their numbers. */
  List<Use> in(Query query) {
    return query.calls().stream()
        .sorted(java.util.Comparator.comparing(Query.Call::function))
        .flatMap(call -> use(call).stream())
        .toList();
  }

  private Optional<Use> use(Query.Call call) {
    return Optional.ofNullable(known.get(call.function()))
        .map(f -> new Use(f.name(), KINDS.getOrDefault(f.name(), Kind.SIZE), call.onConstant()));
  }
}
