package org.partitionproxy.topology;

import java.util.List;

/** Names that mean something else already. */
final class ReservedNames {

  /** Schemas of PostgreSQL, of ppp and of the extensions it uses; and every {@code pg_*}. */
  private static final List<String> SCHEMAS =
      List.of(
          "public",
          "information_schema",
          "ppp",
          "everyone",
          "everyone_shards",
          "partmanteau",
          "cron");

  /** Maintenance databases: the veneer's holds ppp's lock, and no tenant may connect there. */
  private static final List<String> DATABASES = List.of("postgres", "template0", "template1");

  /** Places on the command line that are no tenant and no shard. */
  private static final List<String> TARGETS = List.of("veneer", "door");

  private ReservedNames() {}

  static boolean isSchema(String name) {
    return name.startsWith("pg_") || SCHEMAS.contains(name);
  }

  static boolean isDatabase(String name) {
    return DATABASES.contains(name);
  }

  static boolean isTarget(String name) {
    return TARGETS.contains(name);
  }

  /**
   * @see <a href="https://www.postgresql.org/docs/18/sql-createrole.html">PostgreSQL, CREATE
   *     ROLE</a>: names that begin with {@code pg_} are refused, as are {@code public} and {@code
   *     none}
   */
  static boolean isRole(String name) {
    return name.startsWith("pg_") || name.equals("public") || name.equals("none");
  }
}
