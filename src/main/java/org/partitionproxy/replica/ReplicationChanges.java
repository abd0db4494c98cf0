package org.partitionproxy.replica;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.stream.Collectors;
import org.partitionproxy.plan.Action;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.ObjectKind;
import org.partitionproxy.plan.Passwords;
import org.partitionproxy.plan.Stage;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.topology.ServerDefinition;

/** The changes that replications are made of, with their SQL. */
final class ReplicationChanges {

  private final Replication replication;
  private final Passwords passwords;

  ReplicationChanges(Replication replication, Passwords passwords) {
    this.replication = replication;
    this.passwords = passwords;
  }

  /**
   * @param system the replica's, by which slots of copies are known
   */
  Change createPublication(SortedSet<QualifiedName> wanted, String system) {
    Sql tables =
        wanted.isEmpty()
            ? Sql.EMPTY
            : Sql.of(
                " FOR TABLE {}",
                Sql.join(", ", wanted.stream().map(t -> Sql.of("ONLY {}", t)).toList()));
    return change(
        Action.CREATE,
        ObjectKind.PUBLICATION,
        replication.name().value(),
        List.of(
            Sql.of(
                "CREATE PUBLICATION {}{} WITH (publish_via_partition_root = true)",
                replication.name(),
                tables),
            Sql.of("COMMENT ON PUBLICATION {} IS {}", replication.name(), Literal.of(system))));
  }

  Change alterPublication(String word, Collection<QualifiedName> tables, Sql action) {
    return change(
        Action.ALTER,
        ObjectKind.PUBLICATION,
        replication.name() + " (" + word + " " + list(tables) + ")",
        List.of(
            Sql.of(
                "ALTER PUBLICATION {} {} {}", replication.name(), action, Sql.join(", ", tables))));
  }

  Change createRole() {
    return change(
        Action.CREATE,
        ObjectKind.ROLE,
        replication.role().value(),
        List.of(
            Sql.of(
                "CREATE ROLE {} LOGIN REPLICATION PASSWORD {}",
                replication.role(),
                passwords.verifier(replication.role()))));
  }

  /**
   * Streaming is not parallel, for then the log may not say where a transaction ends that fails.
   *
   * @see <a
   *     href="https://www.postgresql.org/docs/18/logical-replication-conflicts.html">PostgreSQL,
   *     29.7 Conflicts</a>
   */
  Change createSubscription() {
    return change(
        Action.CREATE,
        ObjectKind.SUBSCRIPTION,
        replication.name().value(),
        List.of(
            Sql.of(
                "CREATE SUBSCRIPTION {} CONNECTION {} PUBLICATION {}"
                    + " WITH (create_slot = false, slot_name = {}, copy_data = true, streaming = on)",
                replication.name(),
                secretConnection(),
                replication.name(),
                Literal.of(replication.name().value()))));
  }

  private Literal secretConnection() {
    return secretConnection(replication, passwords.password(replication.role()).value());
  }

  private static Literal secretConnection(Replication replication, String password) {
    return Literal.hidden(connection(replication) + " password=" + quoted(password));
  }

  Change connect() {
    return change(
        Action.ALTER,
        ObjectKind.SUBSCRIPTION,
        replication.name() + " (connects to " + replication.address() + ")",
        List.of(connect(replication, secretConnection())));
  }

  /** The same with another password. */
  static List<Sql> reconnection(Replication replication, Literal password) {
    return List.of(connect(replication, secretConnection(replication, password.value())));
  }

  private static Sql connect(Replication replication, Literal connection) {
    return Sql.of("ALTER SUBSCRIPTION {} CONNECTION {}", replication.name(), connection);
  }

  /** How libpq is told, but for the password. */
  String connection() {
    return connection(replication);
  }

  private static String connection(Replication replication) {
    ServerDefinition to = replication.shard();
    return String.join(
        " ",
        "host=" + quoted(replication.address().host()),
        "port=" + replication.address().port(),
        "dbname=" + quoted(to.database().value()),
        "user=" + quoted(replication.role().value()),
        "sslmode=" + to.sslMode(),
        "application_name=" + quoted(replication.name().value()),
        "connect_timeout=5");
  }

  private static String quoted(String value) {
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }

  /** Without its slot, which is the shard's and goes there. */
  Change endSubscription() {
    return change(
        Action.DROP,
        ObjectKind.SUBSCRIPTION,
        replication.name().value() + " (its slot is gone: all is copied once more)",
        dropSubscription(replication.name()));
  }

  static List<Sql> dropSubscription(Identifier name) {
    return List.of(
        Sql.of("ALTER SUBSCRIPTION {} DISABLE", name),
        Sql.of("ALTER SUBSCRIPTION {} SET (slot_name = NONE)", name),
        Sql.of("DROP SUBSCRIPTION {}", name));
  }

  static Change createSlot(Identifier name) {
    return alone(
        Action.CREATE,
        ObjectKind.REPLICATION_SLOT,
        name.value(),
        Sql.of(
            "SELECT pg_catalog.pg_create_logical_replication_slot({}, 'pgoutput')",
            Literal.of(name.value())));
  }

  /**
   * With those of copies that the replica, known by the publication's comment, did not end. While
   * the replica follows, it comes back again and again.
   */
  static Change dropSlot(Identifier name) {
    Literal literal = Literal.of(name.value());
    return new Change(
        Stage.REPLICAS,
        Action.DROP,
        ObjectKind.REPLICATION_SLOT,
        name.value(),
        Optional.empty(),
        List.of(
            Sql.of(
                """
                DO $ppp$
                BEGIN
                  FOR tried IN 1 .. 100 LOOP
                    PERFORM pg_catalog.pg_terminate_backend(s.active_pid, 10000)
                    FROM pg_catalog.pg_replication_slots AS s
                    JOIN pg_catalog.pg_stat_activity AS a ON a.pid = s.active_pid
                    WHERE s.slot_name = {}
                      OR s.slot_name ~ '^pg_[0-9]+_sync_[0-9]+_' AND a.application_name = {};
                    BEGIN
                      PERFORM pg_catalog.pg_drop_replication_slot(s.slot_name)
                      FROM pg_catalog.pg_replication_slots AS s
                      WHERE s.slot_name = {};
                      RETURN;
                    EXCEPTION WHEN object_in_use THEN
                      IF tried = 100 THEN RAISE; END IF;
                      PERFORM pg_catalog.pg_stat_clear_snapshot();
                    END;
                  END LOOP;
                END
                $ppp$""",
                literal,
                literal,
                literal),
            Sql.of(
                """
                SELECT pg_catalog.pg_drop_replication_slot(s.slot_name)
                FROM pg_catalog.pg_publication AS p
                JOIN pg_catalog.pg_replication_slots AS s
                  ON s.slot_name ~ ('^pg_[0-9]+_sync_[0-9]+_'
                    || pg_catalog.obj_description(p.oid, 'pg_publication') || '$')
                WHERE p.pubname = {} AND s.database = pg_catalog.current_database()
                  AND NOT s.active""",
                literal)),
        Change.Transaction.ALONE,
        Set.of());
  }

  Change refresh(String words) {
    return alone(
        Action.ALTER,
        ObjectKind.SUBSCRIPTION,
        replication.name() + " (" + words + ")",
        Sql.of("ALTER SUBSCRIPTION {} REFRESH PUBLICATION", replication.name()));
  }

  private static Change alone(Action action, ObjectKind kind, String name, Sql statement) {
    return new Change(
        Stage.REPLICAS,
        action,
        kind,
        name,
        Optional.empty(),
        List.of(statement),
        Change.Transaction.ALONE,
        Set.of());
  }

  static Change change(Action action, ObjectKind kind, String name, List<Sql> statements) {
    return Change.global(Stage.REPLICAS, action, kind, name, statements);
  }

  /** As the owner of the tenants' schemas, so that tenants may read what it makes. */
  static Change owned(Action action, ObjectKind kind, String name, List<Sql> statements) {
    return new Change(
        Stage.REPLICAS,
        action,
        kind,
        name,
        Optional.empty(),
        statements,
        Change.Transaction.OWNER,
        Set.of());
  }

  static String list(Collection<QualifiedName> tables) {
    String first =
        tables.stream().limit(3).map(QualifiedName::toString).collect(Collectors.joining(", "));
    return tables.size() > 3 ? first + " and " + (tables.size() - 3) + " more" : first;
  }
}
