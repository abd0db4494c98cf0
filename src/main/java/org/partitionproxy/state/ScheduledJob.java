package org.partitionproxy.state;

import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.Sql;

/**
 * A job of pg_cron.
 *
 * @param id by which it is taken away
 * @param name empty for one without
 * @param database in which the command runs
 */
public record ScheduledJob(long id, String name, String schedule, String command, String database) {

  /** Begins the commands of ppp's own jobs. */
  public static final String MARK = "/* ppp initialize */ ";

  /** The command that makes partitions of the tables of a name. */
  public static String making(Identifier table) {
    return MARK + Sql.of("CALL ppp.make_all_partitions({})", Literal.of(table.value())).text();
  }

  public boolean isOurs() {
    return command.startsWith(MARK);
  }
}
