package org.partitionproxy.inspect;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.partitionproxy.db.Session;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.topology.InspectionLevel;

/**
 * The settings of one server, or of one role in its database with tenants, that make a level, as
 * new sessions get them.
 *
 * @param alter the statement that changes them, as far as it is the same for all
 * @param role empty for the whole server
 * @param values by name; those of a library that is not loaded are missing
 * @param altered what that statement set, by name
 * @param mayAlter whether the session may use the statement for all of them
 */
record InspectionSettings(
    Sql alter,
    Optional<Identifier> role,
    int majorVersion,
    Map<String, String> values,
    Map<String, String> altered,
    boolean mayAlter) {

  /** Nothing can be read where the log is not kept like this. */
  private static final Map<String, String> PREREQUISITES = prerequisites();

  /** Without these a level is another one; the others only save or add something. */
  private static final List<String> ESSENTIAL =
      List.of(
          "log_min_duration_statement",
          "auto_explain.log_min_duration",
          "auto_explain.log_analyze",
          "auto_explain.log_format",
          "auto_explain.log_nested_statements");

  private static final List<String> PRELOADS =
      List.of("shared_preload_libraries", InspectionLevel.PRELOADED, "local_preload_libraries");

  private static final String VALUES =
      """
      SELECT n.name, pg_catalog.current_setting(n.name, true) AS value
      FROM pg_catalog.unnest(?::pg_catalog.text[]) AS n (name)
      ORDER BY n.name""";

  private static final String ALTERED =
      """
      SELECT f.name, f.setting AS value
      FROM pg_catalog.pg_file_settings AS f
      WHERE f.sourcefile LIKE '%/postgresql.auto.conf' AND f.name = ANY (?)
      ORDER BY f.seqno""";

  private static final String MAY_ALTER =
      """
      SELECT coalesce(pg_catalog.bool_and(
               pg_catalog.has_parameter_privilege(n.name, 'ALTER SYSTEM')), false)
               AND coalesce(pg_catalog.current_setting('allow_alter_system', true), 'on') <> 'off'
               AS value
      FROM pg_catalog.unnest(?::pg_catalog.text[]) AS n (name)""";

  private static final String OF_ROLES =
      """
      SELECT r.rolname AS role, c.name, c.value
      FROM pg_catalog.pg_roles AS r
      JOIN pg_catalog.pg_database AS b ON b.datname = ?
      LEFT JOIN LATERAL (
        SELECT pg_catalog.split_part(s.setting, '=', 1) AS name,
          pg_catalog.substr(s.setting, pg_catalog.strpos(s.setting, '=') + 1) AS value
        FROM pg_catalog.pg_db_role_setting AS d, pg_catalog.unnest(d.setconfig) AS s (setting)
        WHERE d.setrole = r.oid AND d.setdatabase = b.oid
          AND pg_catalog.split_part(s.setting, '=', 1) = ANY (?)) AS c ON true
      WHERE r.rolname = ANY (?::pg_catalog.name[])
      ORDER BY r.rolname, c.name""";

  private static final Sql SYSTEM = Sql.of("ALTER SYSTEM");

  private static final String IS_SUPERUSER =
      "SELECT pg_catalog.current_setting('is_superuser')::pg_catalog.bool AS value";

  private static Map<String, String> prerequisites() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("logging_collector", "on");
    settings.put("log_destination", "jsonlog");
    return settings;
  }

  /** Only what is in force, of which a level can be told. */
  static InspectionSettings inForce(Session session) {
    Map<String, String> values = new LinkedHashMap<>();
    session
        .query(
            VALUES, row -> new Setting(row.string("name"), row.findString("value")), names(session))
        .forEach(one -> one.value().ifPresent(value -> values.put(one.name(), value)));
    return new InspectionSettings(
        SYSTEM, Optional.empty(), session.majorVersion(), values, new LinkedHashMap<>(), false);
  }

  private static List<String> names(Session session) {
    List<String> names = new ArrayList<>(PREREQUISITES.keySet());
    names.addAll(InspectionLevel.settingNames(session.majorVersion()));
    names.addAll(PRELOADS);
    return names;
  }

  static InspectionSettings read(Session session) {
    List<String> names = names(session);
    boolean superuser = session.queryOne(IS_SUPERUSER, row -> row.bool("value")).orElse(false);
    Map<String, String> altered = new LinkedHashMap<>();
    if (superuser) {
      session
          .query(ALTERED, row -> new Setting(row.string("name"), row.findString("value")), names)
          .forEach(one -> altered.put(one.name(), one.value().orElse("")));
    }
    boolean mayAlter =
        superuser && session.queryOne(MAY_ALTER, row -> row.bool("value"), names).orElse(false);
    return new InspectionSettings(
        SYSTEM,
        Optional.empty(),
        session.majorVersion(),
        inForce(session).values(),
        altered,
        mayAlter);
  }

  /** Of some roles in the server's database with tenants; of those that are there. */
  List<InspectionSettings> ofRoles(Session session, List<Identifier> roles) {
    Identifier database = session.server().database();
    boolean superuser = session.queryOne(IS_SUPERUSER, row -> row.bool("value")).orElse(false);
    Map<Identifier, Map<String, String>> byRole = new LinkedHashMap<>();
    session.forEach(
        OF_ROLES,
        row -> {
          Map<String, String> own =
              byRole.computeIfAbsent(row.identifier("role"), r -> new LinkedHashMap<>());
          row.findString("name").ifPresent(name -> own.put(name, row.string("value")));
        },
        database.value(),
        names(session),
        roles.stream().map(Identifier::value).toList());
    List<InspectionSettings> settings = new ArrayList<>();
    byRole.forEach(
        (role, own) -> {
          Map<String, String> all = new LinkedHashMap<>(values);
          all.putAll(own);
          Sql statement = Sql.of("ALTER ROLE {} IN DATABASE {}", role, database);
          settings.add(
              new InspectionSettings(
                  statement, Optional.of(role), majorVersion, all, own, superuser));
        });
    return settings;
  }

  /** Whether a level was set for this role. */
  boolean isSet() {
    return altered.containsKey("log_min_duration_statement");
  }

  private record Setting(String name, Optional<String> value) {}

  InspectionLevel level() {
    if (lacking(InspectionLevel.ROWS).isEmpty()) {
      return InspectionLevel.ROWS;
    }
    return lacking(InspectionLevel.STATEMENTS).isEmpty()
        ? InspectionLevel.STATEMENTS
        : InspectionLevel.OFF;
  }

  /** What stands between this and a level, or one that logs more, with the values wanted. */
  Map<String, String> lacking(InspectionLevel wanted) {
    Map<String, String> lacking = new LinkedHashMap<>();
    if (wanted == InspectionLevel.OFF) {
      return lacking;
    }
    PREREQUISITES.forEach(
        (name, value) -> {
          if (!items(values.getOrDefault(name, "")).contains(value)) {
            lacking.put(name, value);
          }
        });
    wanted
        .settings(majorVersion)
        .forEach(
            (name, value) -> {
              if (ESSENTIAL.contains(name) && !value.equals(values.get(name))) {
                lacking.put(name, value);
              }
            });
    if (wanted == InspectionLevel.ROWS
        && PRELOADS.stream()
            .noneMatch(
                name ->
                    items(values.getOrDefault(name, "")).contains(InspectionLevel.PLAN_LIBRARY))) {
      lacking.put(InspectionLevel.PRELOADED, wanted.preloaded(preloaded()));
    }
    return lacking;
  }

  /** The setting as it is: {@code log_destination = 'stderr'}. */
  String shown(String name) {
    return name + " = '" + values.getOrDefault(name, "") + "'";
  }

  private String preloaded() {
    return values.getOrDefault(InspectionLevel.PRELOADED, "");
  }

  private static List<String> items(String list) {
    return Arrays.stream(list.split(",", -1))
        .map(item -> item.strip().replace("\"", ""))
        .filter(item -> !item.isEmpty())
        .toList();
  }

  /** Whether sessions that have begun before lack a library at this level, or have it in vain. */
  boolean needsNewSessions(InspectionLevel level) {
    return !items(level.preloaded(preloaded())).equals(items(preloaded()));
  }

  /** Makes the level, whatever the server's files say. */
  List<Sql> statements(InspectionLevel level) {
    Map<String, String> wanted = level.settings(majorVersion);
    List<Sql> statements = new ArrayList<>();
    for (String name : InspectionLevel.settingNames(majorVersion)) {
      boolean plans = name.equals("auto_explain.log_min_duration");
      if (wanted.containsKey(name)) {
        statements.add(set(name, wanted.get(name)));
      } else {
        statements.add(plans ? set(name, "-1") : reset(name));
      }
    }
    if (needsNewSessions(level)) {
      statements.add(set(InspectionLevel.PRELOADED, level.preloaded(preloaded())));
    }
    return statements;
  }

  /** Makes everything as ALTER SYSTEM had it when this was read. */
  List<Sql> restoration() {
    List<Sql> statements = new ArrayList<>();
    for (String name : names()) {
      String value = altered.get(name);
      statements.add(value == null ? reset(name) : set(name, value));
    }
    return statements;
  }

  /** Leaves the settings to the server's files. */
  List<Sql> withdrawal() {
    return names().stream().map(this::reset).toList();
  }

  private List<String> names() {
    List<String> names = new ArrayList<>(InspectionLevel.settingNames(majorVersion));
    names.add(InspectionLevel.PRELOADED);
    return names;
  }

  private Sql set(String name, String value) {
    return set(alter, name, value);
  }

  /** For the whole server. */
  static Sql setInSystem(String name, String value) {
    return set(SYSTEM, name, value);
  }

  private static Sql set(Sql alter, String name, String value) {
    if (name.equals(InspectionLevel.PRELOADED)) {
      List<Literal> items = items(value).stream().map(Literal::of).toList();
      return items.isEmpty()
          ? reset(alter, name)
          : Sql.of("{} SET {} = {}", alter, Identifier.of(name), Sql.join(", ", items));
    }
    return Sql.of("{} SET {} = {}", alter, Identifier.of(name), Literal.of(value));
  }

  private Sql reset(String name) {
    return reset(alter, name);
  }

  private static Sql reset(Sql alter, String name) {
    return Sql.of("{} RESET {}", alter, Identifier.of(name));
  }
}
