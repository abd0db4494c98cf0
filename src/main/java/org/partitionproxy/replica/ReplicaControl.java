package org.partitionproxy.replica;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.partitionproxy.apply.Sessions;
import org.partitionproxy.db.Pause;
import org.partitionproxy.db.Session;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.ledger.Ledger;
import org.partitionproxy.plan.ObjectKind;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;

/** What a person does to one replication. Each can be done twice. */
public final class ReplicaControl {

  private static final String SUBSCRIBED =
      """
      SELECT s.subenabled
      FROM pg_catalog.pg_subscription AS s
      JOIN pg_catalog.pg_database AS d ON d.oid = s.subdbid
      WHERE d.datname = pg_catalog.current_database() AND s.subname = ?""";

  private static final String SKIPPING =
      """
      SELECT s.oid
      FROM pg_catalog.pg_subscription AS s
      JOIN pg_catalog.pg_database AS d ON d.oid = s.subdbid
      WHERE d.datname = pg_catalog.current_database() AND s.subname = ?
        AND s.subskiplsn <> '0/0'""";

  private static final Duration SKIPPED_WITHIN = Duration.ofSeconds(20);
  private static final Duration INTERVAL = Duration.ofMillis(100);

  private final Sessions sessions;

  public ReplicaControl(Sessions sessions) {
    this.sessions = sessions;
  }

  /** Meanwhile the shard keeps what the replica misses. */
  public void pause(Replication replication) {
    onSubscription(replication, Sql.of("ALTER SUBSCRIPTION {} DISABLE", replication.name()));
  }

  public void resume(Replication replication) {
    onSubscription(replication, Sql.of("ALTER SUBSCRIPTION {} ENABLE", replication.name()));
  }

  /** What a replica that is stopped fails with. */
  public Optional<ReplicaFailure> failure(Replication replication) {
    return new ReplicaStatusReader(sessions).read(replication).failure();
  }

  /**
   * Has a replica do without the transaction of its shard that fails there.
   *
   * @param lsn where the transaction ends; PostgreSQL refuses one that the replica is beyond
   * @return whether the replica has gone past it, within 20 seconds
   */
  public boolean skip(Replication replication, String lsn) {
    onSubscription(
        replication,
        Sql.of("ALTER SUBSCRIPTION {} SKIP (lsn = {})", replication.name(), Literal.of(lsn)));
    Instant limit = Instant.now().plus(SKIPPED_WITHIN);
    do {
      if (!isSkipping(replication)) {
        return true;
      }
    } while (Instant.now().isBefore(limit) && Pause.of(INTERVAL));
    return false;
  }

  private boolean isSkipping(Replication replication) {
    return sessions.with(
        replication.replicaServer(),
        session -> session.query(SKIPPING, row -> true, replication.name().value()).contains(true));
  }

  private void onSubscription(Replication replication, Sql statement) {
    sessions.with(
        replication.replicaServer(),
        session -> {
          if (!isSubscribed(session, replication.name())) {
            throw missing(replication);
          }
          session.execute(statement);
          return true;
        });
  }

  /**
   * What has a replica log in at its shard with another password from then on; nothing where there
   * is no subscription yet.
   *
   * @param session at the replica
   */
  public static List<Sql> reconnection(Session session, Replication replication, Literal password) {
    return isSubscribed(session, replication.name())
        ? ReplicationChanges.reconnection(replication, password)
        : List.of();
  }

  static boolean isSubscribed(Session session, Identifier name) {
    return !session.query(SUBSCRIBED, row -> row.bool("subenabled"), name.value()).isEmpty();
  }

  private static PppException missing(Replication replication) {
    return new PppException(
        Diagnostic.error(
            Code.NOT_INITIALIZED,
            "replica \"" + replication.replica().name() + "\" does not follow its shard yet",
            "Run `ppp initialize`: it makes what is missing."));
  }

  /**
   * Takes a table of all tenants out of what is published; what is left to do, the plan shows: it
   * is forgotten by the replica, emptied, published and copied.
   *
   * @return how many tables it is
   */
  public int forget(Replication replication, Identifier table) {
    return sessions.with(
        replication.shard(),
        session -> {
          ShardEnd shard = new EndReader().shard(session, replication);
          if (shard.published().isEmpty() || !shard.publicationIsOurs()) {
            throw missing(replication);
          }
          List<QualifiedName> tables =
              shard.published().get().stream().filter(t -> t.name().equals(table)).toList();
          if (!tables.isEmpty()) {
            session.execute(
                Sql.of(
                    "ALTER PUBLICATION {} DROP TABLE {}",
                    replication.name(),
                    Sql.join(", ", tables)));
          }
          return tables.size();
        });
  }

  /** Ends it on the replica; the tables there stay. */
  public void unsubscribe(Replication replication) {
    sessions.with(
        replication.replicaServer(),
        session -> {
          if (isSubscribed(session, replication.name())) {
            session.inTransaction(
                () -> {
                  session.execute(ReplicationChanges.dropSubscription(replication.name()));
                  new Ledger(session)
                      .recordDropped(
                          ObjectKind.SUBSCRIPTION.toString(), List.of(replication.name().value()));
                });
          }
          return true;
        });
  }

  /** Ends it on the shard: the slot, then the publication, which names the slot. */
  public void unpublish(Replication replication) {
    sessions.with(
        replication.shard(),
        session -> {
          ReplicationChanges.dropSlot(replication.name()).statements().forEach(session::execute);
          session.inTransaction(
              () -> {
                session.execute(Sql.of("DROP PUBLICATION IF EXISTS {}", replication.name()));
                new Ledger(session)
                    .recordDropped(
                        ObjectKind.PUBLICATION.toString(), List.of(replication.name().value()));
              });
          return true;
        });
  }

  private record Sequence(QualifiedName name, Optional<String> last) {}

  /**
   * Sequences are not replicated: has the replica's be where the shard's are.
   *
   * @return how many
   */
  public int carrySequences(Replication replication) {
    List<Sequence> sequences =
        sessions.with(
            replication.shard(),
            session ->
                session.query(
                    """
                    SELECT s.schemaname, s.sequencename, s.last_value::text AS last
                    FROM pg_catalog.pg_sequences AS s
                    WHERE s.schemaname = ANY (?)
                    ORDER BY s.schemaname, s.sequencename""",
                    row ->
                        new Sequence(
                            new QualifiedName(
                                row.identifier("schemaname"), row.identifier("sequencename")),
                            row.findString("last")),
                    replication.schemas().stream().map(Identifier::value).toList()));
    sessions.with(
        replication.replicaServer(),
        session -> {
          session.inTransaction(() -> sequences.forEach(one -> carry(session, one)));
          return true;
        });
    return sequences.size();
  }

  private static void carry(Session session, Sequence one) {
    session.execute(Sql.of("CREATE SEQUENCE IF NOT EXISTS {}", one.name()));
    one.last()
        .ifPresent(
            last ->
                session.execute(
                    Sql.of(
                        "SELECT pg_catalog.setval({}, {}::bigint)",
                        Literal.of(Sql.of("{}", one.name()).text()),
                        Literal.of(last))));
  }
}
