package org.partitionproxy.job;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.CRC32;
import org.partitionproxy.db.Session;
import org.partitionproxy.topology.ServerDefinition;

/**
 * That one process at a time runs a shard's jobs, and one at a time each job: advisory locks in the
 * maintenance database of the shard's server, where no tenant can take them. They end with their
 * session.
 */
final class JobLeadership {

  /** The first of two keys: "pppj" in ASCII for a shard, "pppk" for one of its jobs. */
  private static final int OF_SHARD = 0x7070706a;

  private static final int OF_JOB = 0x7070706b;

  /** What a killed process had running may go on for some seconds, which would be an overlap. */
  private static final String END_OTHERS =
      """
      SELECT pg_catalog.pg_terminate_backend(a.pid) AS ended
      FROM pg_catalog.pg_stat_activity AS a
      WHERE a.application_name = ? AND a.datname = ?
      ORDER BY a.pid""";

  private static final String HOLDER =
      """
      SELECT '"' || a.application_name || '" from '
        || coalesce(a.client_addr::text, 'the same machine')
        || ', since ' || pg_catalog.date_trunc('second', a.backend_start) AS holder
      FROM pg_catalog.pg_locks AS l
      JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
      WHERE l.locktype = 'advisory' AND l.granted AND l.classid = ?::bigint
        AND l.objid = ?::bigint
      ORDER BY a.pid
      LIMIT 1""";

  private final Session maintenance;
  private final ServerDefinition shard;

  /**
   * @param maintenance in the maintenance database
   */
  JobLeadership(Session maintenance) {
    this.maintenance = maintenance;
    this.shard = maintenance.server();
  }

  /** Returns whether this session is the one now. */
  boolean take() {
    return lock(OF_SHARD, shard.database().value());
  }

  /** Ends sessions of a process that led before; to be called before this one opens others. */
  void endOthers(String applicationName) {
    maintenance.query(
        END_OTHERS, row -> row.bool("ended"), applicationName, shard.database().value());
  }

  /** Who leads, if anybody does. */
  Optional<String> holder() {
    return maintenance.queryOne(
        HOLDER,
        row -> row.string("holder"),
        OF_SHARD,
        Integer.toUnsignedLong(key(shard.database().value())));
  }

  /** Does nothing but fail if the session is lost, and the lock with it. */
  synchronized void requireHeld() {
    maintenance.query("SELECT true AS there", row -> row.bool("there"));
  }

  /** Returns whether nobody else runs this job; {@link #done} gives it back. */
  synchronized boolean begin(String title) {
    return lock(OF_JOB, title);
  }

  synchronized void done(String title) {
    maintenance.query(
        "SELECT pg_catalog.pg_advisory_unlock(?, ?) AS done",
        row -> row.bool("done"),
        OF_JOB,
        key(title));
  }

  private boolean lock(int kind, String name) {
    return maintenance
        .query(
            "SELECT pg_catalog.pg_try_advisory_lock(?, ?) AS taken",
            row -> row.bool("taken"),
            kind,
            key(name))
        .get(0);
  }

  private static int key(String name) {
    CRC32 crc = new CRC32();
    crc.update(name.getBytes(StandardCharsets.UTF_8));
    return (int) crc.getValue();
  }
}
