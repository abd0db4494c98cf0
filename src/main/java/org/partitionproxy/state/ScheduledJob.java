package org.partitionproxy.state;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.Sql;

/**
 * A job of ppp's in one database, whoever runs it there.
 *
 * @param title its own among all jobs of a PostgreSQL server
 * @param name by which people call it; those of one entry of shards.yaml have the same
 * @param schema of the tenant that it is for, if it is for one: alone on the search_path
 * @param schedule as shards.yaml has it: five fields, or {@code 5 seconds}, {@code 10 minutes}
 * @param sql one statement or several, as somebody wrote it
 * @param role whose rights it has
 * @param timeout of each statement
 */
public record ScheduledJob(
    String title,
    String name,
    Optional<Identifier> schema,
    String schedule,
    String sql,
    Identifier role,
    Optional<Duration> timeout) {

  /** Begins the commands of ppp's own jobs in pg_cron. */
  public static final String MARK = "/* ppp initialize */ ";

  /** Begins the SQL of those that make partitions. */
  public static final String MAKING = "CALL ppp.make_all_partitions(";

  private static final Pattern EVERY = Pattern.compile("([0-9]+) (minute|hour|day)s?");

  /** The SQL that makes partitions of the tables of a name. */
  public static String making(Identifier table) {
    return MAKING + Sql.of("{})", Literal.of(table.value())).text();
  }

  /** Begins the titles and the names of those that refresh rollups. */
  private static final String ROLLUP_TITLE = "ppp rollup ";

  private static final String ROLLUP_NAME = "rollup:";

  /** One that refreshes the rollups of a name. */
  public static ScheduledJob ofRollup(
      Identifier view, Identifier database, String schedule, Sql sql, Identifier role) {
    return new ScheduledJob(
        ROLLUP_TITLE + view + " in " + database,
        ROLLUP_NAME + view,
        Optional.empty(),
        schedule,
        sql.text(),
        role,
        Optional.empty());
  }

  /** Whether a title or a name is of a job that refreshes rollups. */
  public static boolean isOfRollup(String called) {
    return called.startsWith(ROLLUP_TITLE) || called.startsWith(ROLLUP_NAME);
  }

  /** As pg_cron has it. */
  public String command() {
    return MARK + sql;
  }

  /** A schedule as pg_cron has it: five fields, or {@code 5 seconds}. */
  public static String inCron(String schedule) {
    Matcher every = EVERY.matcher(schedule);
    if (!every.matches()) {
      return schedule;
    }
    String step = every.group(1).equals("1") ? "*" : "*/" + every.group(1);
    return switch (every.group(2)) {
      case "minute" -> step + " * * * *";
      case "hour" -> "0 " + step + " * * *";
      default -> "0 0 * * *";
    };
  }

  /** Whether it runs every so many seconds. */
  public boolean isInSeconds() {
    return schedule.contains("second");
  }
}
