package org.partitionproxy.provision;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.partitionproxy.db.Pause;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.topology.ServerName;

/**
 * Takes tenants' mirrors from everybody else, for the length of a transaction on each veneer.
 * Whoever comes meanwhile waits, and finds what was committed. For the threads of one run.
 *
 * <p>While a lock is awaited, all who come later wait behind it, so that a try is short and gives
 * everything back. Readers lock a view before what it shows: views go first, the outermost before
 * those that it shows, or two who wait for each other would be the end of one of them.
 *
 * @see <a href="https://www.postgresql.org/docs/18/explicit-locking.html">PostgreSQL, 13.3 Explicit
 *     Locking</a>
 */
final class MirrorLocks {

  /** About 25 ms each: longer than any statement of an application should hold a lock. */
  private static final int TRIES = 400;

  private static final int TRIES_BEFORE_WORD = 100;

  /** What is said of holders who are gone when they are looked for. */
  static final String NOBODY = "others, who are done now, held locks on it";

  private static final String LOCK_NOT_AVAILABLE = "55P03";
  private static final String DEADLOCK_DETECTED = "40P01";
  private static final String GONE = "42P01";

  private static final int TRANSACTION_TIMEOUT_SINCE = 17;

  /**
   * The foreign tables that ppp made, and all views over them: only rules of SELECT, which can't go
   * round in circles.
   */
  private static final String RELATIONS =
      """
      WITH RECURSIVE shown (oid, depth) AS (
        SELECT c.oid, 0
        FROM ppp.tenant AS t
        JOIN pg_catalog.pg_namespace AS n ON n.nspname = t.schema
        JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid
        WHERE t.schema = ? AND c.relkind = 'f' AND c.relname = ANY (t.tables)
        UNION
        SELECT r.ev_class, s.depth + 1
        FROM shown AS s
        JOIN pg_catalog.pg_depend AS d ON d.refobjid = s.oid
          AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
          AND d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
        JOIN pg_catalog.pg_rewrite AS r ON r.oid = d.objid AND r.ev_type = '1'
        WHERE r.ev_class <> s.oid)
      SELECT c.oid::text AS oid, n.nspname, c.relname,
        pg_catalog.pg_get_userbyid(c.relowner) AS owner
      FROM shown AS s
      JOIN pg_catalog.pg_class AS c ON c.oid = s.oid
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      GROUP BY c.oid, n.nspname, c.relname, c.relowner
      ORDER BY pg_catalog.max(s.depth) DESC, n.nspname, c.relname""";

  private static final String HOLDER =
      """
      SELECT a.pid, coalesce(a.usename, '') AS usename, coalesce(a.state, '') AS state,
        l.relation::pg_catalog.regclass::text AS relation,
        coalesce(pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - a.xact_start), 0)
          ::bigint AS seconds
      FROM pg_catalog.pg_locks AS l
      JOIN pg_catalog.pg_database AS d ON d.oid = l.database
      JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
      WHERE l.locktype = 'relation' AND l.granted AND l.relation::text = ANY (?)
        AND d.datname = pg_catalog.current_database() AND l.pid <> pg_catalog.pg_backend_pid()
      ORDER BY a.xact_start, a.pid
      LIMIT 1""";

  /** What threads of this run have, by veneer and OID: a view may show several tenants' tables. */
  private final Set<String> taken = new HashSet<>();

  private record Relation(ServerName veneer, String oid, QualifiedName name, Identifier owner) {

    /**
     * PostgreSQL has no LOCK TABLE for foreign tables and materialized views. To name the owner
     * that it has anyway takes the same lock and does nothing else, whatever kind of relation it
     * is.
     */
    Sql lock() {
      return Sql.of("ALTER TABLE {} OWNER TO {}", name, owner);
    }
  }

  /** What was taken; to be given back once the transactions have ended. */
  record Taken(Set<String> keys) {}

  /**
   * Somebody who uses a mirror.
   *
   * @param relation that they have locked
   */
  record Holder(int pid, String role, String state, String relation, long seconds) {

    String text() {
      return "process "
          + pid
          + " of role \""
          + role
          + "\" ("
          + state
          + ") holds a lock on "
          + relation
          + ", in a transaction that began "
          + seconds
          + " s ago";
    }
  }

  /**
   * Leaves each session in a transaction that has the mirror for itself; or all outside of any, and
   * returns nothing, where others did not give it back in time. Only one that has it everywhere
   * keeps it: nobody waits on one veneer for somebody on another.
   *
   * @param veneers one session each
   * @param waiting is told once whom it waits for, where that takes long
   * @throws SqlFailure if it is about something else than locks
   */
  Optional<Taken> take(List<Session> veneers, Identifier schema, Consumer<Holder> waiting) {
    for (int attempt = 1; attempt <= TRIES; attempt++) {
      Map<Session, List<Relation>> relations = new LinkedHashMap<>();
      veneers.forEach(veneer -> relations.put(veneer, relations(veneer, schema)));
      Taken taken = reserve(relations.values().stream().flatMap(List::stream).toList());
      boolean done = false;
      try {
        done = lock(relations);
      } finally {
        if (!done) {
          giveBack(taken);
        }
      }
      if (done) {
        return Optional.of(taken);
      }
      if (attempt == TRIES_BEFORE_WORD) {
        holder(veneers, schema).ifPresent(waiting);
      }
      if (!pause()) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  /** After the transaction's end. */
  synchronized void giveBack(Taken some) {
    taken.removeAll(some.keys());
    notifyAll();
  }

  /** Somebody who uses the mirror on one of these veneers. */
  Optional<Holder> holder(List<Session> veneers, Identifier schema) {
    return veneers.stream().flatMap(veneer -> holder(veneer, schema).stream()).findFirst();
  }

  /** Who uses the mirror and has done so for longest. */
  Optional<Holder> holder(Session veneer, Identifier schema) {
    return veneer.queryOne(
        HOLDER,
        row ->
            new Holder(
                row.integer("pid"),
                row.string("usename"),
                row.string("state"),
                row.string("relation"),
                row.number("seconds")),
        relations(veneer, schema).stream().map(Relation::oid).toList());
  }

  private static List<Relation> relations(Session veneer, Identifier schema) {
    return veneer.query(
        RELATIONS,
        row ->
            new Relation(
                veneer.server().name(),
                row.string("oid"),
                new QualifiedName(row.identifier("nspname"), row.identifier("relname")),
                row.identifier("owner")),
        schema.value());
  }

  /** All or nothing, so that no two threads wait for each other. */
  private synchronized Taken reserve(List<Relation> relations) {
    Set<String> keys =
        new HashSet<>(relations.stream().map(r -> r.veneer() + " " + r.oid()).toList());
    try {
      while (taken.stream().anyMatch(keys::contains)) {
        wait();
      }
    } catch (InterruptedException e) {
      // The pause that follows a failed try ends the thread's work.
      Thread.currentThread().interrupt();
      return new Taken(Set.of());
    }
    taken.addAll(keys);
    return new Taken(keys);
  }

  /** On all, or on none. */
  private static boolean lock(Map<Session, List<Relation>> relations) {
    List<Session> locked = new ArrayList<>();
    boolean done = false;
    try {
      for (Map.Entry<Session, List<Relation>> entry : relations.entrySet()) {
        if (!lock(entry.getKey(), entry.getValue())) {
          return false;
        }
        locked.add(entry.getKey());
      }
      done = true;
      return true;
    } finally {
      if (!done) {
        locked.forEach(veneer -> veneer.execute(Sql.of("ROLLBACK")));
      }
    }
  }

  private static boolean lock(Session veneer, List<Relation> relations) {
    List<Sql> statements = new ArrayList<>();
    statements.add(Sql.of("BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE"));
    statements.add(Sql.of("SET LOCAL idle_in_transaction_session_timeout = 0"));
    if (veneer.majorVersion() >= TRANSACTION_TIMEOUT_SINCE) {
      statements.add(Sql.of("SET LOCAL transaction_timeout = 0"));
    }
    statements.add(lockTimeout());
    relations.forEach(relation -> statements.add(relation.lock()));
    // From here on, statements wait only for what is nobody's mirror.
    statements.add(Sql.of("SET LOCAL lock_timeout = '2s'"));
    try {
      veneer.execute(statements);
      return true;
    } catch (SqlFailure e) {
      if (!e.isUnreachable()) {
        veneer.execute(Sql.of("ROLLBACK"));
      }
      if (Set.of(LOCK_NOT_AVAILABLE, DEADLOCK_DETECTED, GONE).contains(e.sqlState())) {
        return false;
      }
      throw e;
    }
  }

  /** Between 10 and 20 ms, so that two that met do not meet again. */
  private static Sql lockTimeout() {
    return switch (ThreadLocalRandom.current().nextInt(3)) {
      case 0 -> Sql.of("SET LOCAL lock_timeout = '10ms'");
      case 1 -> Sql.of("SET LOCAL lock_timeout = '15ms'");
      default -> Sql.of("SET LOCAL lock_timeout = '20ms'");
    };
  }

  private static boolean pause() {
    return Pause.of(Duration.ofMillis(ThreadLocalRandom.current().nextLong(5, 16)));
  }
}
