package org.partitionproxy.replica;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.partitionproxy.plan.Action;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.ObjectKind;
import org.partitionproxy.plan.Passwords;
import org.partitionproxy.plan.Stage;
import org.partitionproxy.plan.TypeChanges;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Literal;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.topology.ServerDefinition;

/**
 * What makes one replication as shards.yaml wants it, in an order in which each step can be the
 * last of a run that is killed: the next one sees from both ends what is left to do.
 *
 * <p>The publication comes before its slot, for the slot's changes are read with the publications
 * of their time. It is in the ledger, and the slot has its name: so nothing is made that is not
 * found again. A table is emptied on the replica just before it is followed, never later.
 */
public final class ReplicationSteps {

  /** A change of one of the two servers. */
  public record Step(ServerDefinition server, Change change) {}

  private final Replication replication;
  private final ShardEnd shard;
  private final ReplicaEnd replica;
  private final Passwords passwords;
  private final List<Step> now = new ArrayList<>();
  private final List<Step> later = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  /** Of what is followed, these are to be emptied and copied once more. */
  private final SortedSet<QualifiedName> anew = new TreeSet<>();

  private final SortedSet<QualifiedName> published = new TreeSet<>();

  private ReplicationSteps(
      Replication replication, ShardEnd shard, ReplicaEnd replica, Passwords passwords) {
    this.replication = replication;
    this.shard = shard;
    this.replica = replica;
    this.passwords = passwords;
  }

  public static ReplicationSteps of(
      Replication replication, ShardEnd shard, ReplicaEnd replica, Passwords passwords) {
    ReplicationSteps steps = new ReplicationSteps(replication, shard, replica, passwords);
    steps.plan();
    return steps;
  }

  /** In their order. */
  public List<Step> now() {
    return now;
  }

  /** What has to wait until all that the shard has written so far is on the replica. */
  public List<Step> later() {
    return later;
  }

  /** What is left alone. */
  public List<String> notes() {
    return notes;
  }

  private void plan() {
    String name = replication.name().value();
    if (shard.published().isPresent() && !shard.publicationIsOurs()) {
      note("publication \"" + name + "\" on the shard was not made by ppp: nothing is replicated");
      return;
    }
    Optional<ReplicaEnd.Subscription> subscription = replica.subscription();
    if (subscription.map(s -> !s.enabled() && s.slot().isPresent()).orElse(false)) {
      note("is paused; `ppp replicas resume " + replication.replica().name() + "` goes on");
      return;
    }
    TableSteps tables = new TableSteps(replica.tables(), shard.tables(), replica.made());
    tables.notes().forEach(this::note);
    anew.addAll(tables.anew());
    SortedSet<QualifiedName> wanted = wanted();
    TreeSet<QualifiedName> followed = new TreeSet<>();
    subscription.filter(this::isSound).ifPresent(s -> followed.addAll(s.tables()));
    if (subscription.isPresent() && !isSound(subscription.get())) {
      dropSubscription();
    }
    shard.published().ifPresent(all -> published.addAll(all));
    unfollow(followed);
    publish(wanted);
    TypeChanges.forCopies(replica.types(), shard.types(), Stage.REPLICAS).forEach(this::onReplica);
    tables.now().forEach(this::onReplica);
    follow(wanted, followed, subscription.filter(this::isSound));
    tables.later().forEach(change -> later.add(new Step(replication.replicaServer(), change)));
  }

  private SortedSet<QualifiedName> wanted() {
    TreeSet<QualifiedName> wanted = new TreeSet<>();
    for (CopiedTable table : shard.tables().values()) {
      if (table.place().isPresent() || leftAlone(table.name())) {
        continue;
      }
      if (shard.unidentified().contains(table.name())) {
        note(
            "table "
                + table.name()
                + " has no primary key (or other replica identity), and is not replicated: the"
                + " shard would refuse to update its rows");
      } else {
        wanted.add(table.name());
      }
    }
    return wanted;
  }

  private boolean leftAlone(QualifiedName table) {
    return replica.tables().containsKey(table) && !replica.made().contains(table.toString());
  }

  /** With a slot to read from. One that was lost has left a gap: all is copied once more. */
  private boolean isSound(ReplicaEnd.Subscription subscription) {
    return subscription.slot().isPresent()
        && shard.published().isPresent()
        && shard.slot().filter(status -> !status.equals("lost")).isPresent();
  }

  /** Without its slot, which is the shard's and goes there. */
  private void dropSubscription() {
    onReplica(
        change(
            Action.DROP,
            ObjectKind.SUBSCRIPTION,
            replication.name().value() + " (its slot is gone: all is copied once more)",
            dropSubscription(replication.name())));
  }

  static List<Sql> dropSubscription(Identifier name) {
    return List.of(
        Sql.of("ALTER SUBSCRIPTION {} DISABLE", name),
        Sql.of("ALTER SUBSCRIPTION {} SET (slot_name = NONE)", name),
        Sql.of("DROP SUBSCRIPTION {}", name));
  }

  /**
   * A table that was taken out of the publication has missed changes. It must be forgotten before
   * it is published again, so that it is copied then.
   */
  private void unfollow(SortedSet<QualifiedName> followed) {
    TreeSet<QualifiedName> again = new TreeSet<>(anew);
    again.retainAll(published);
    if (!again.isEmpty()) {
      onShard(alterPublication("without", again, Sql.of("DROP TABLE")));
      published.removeAll(again);
    }
    TreeSet<QualifiedName> gone = new TreeSet<>(followed);
    gone.removeAll(published);
    if (!gone.isEmpty()) {
      onReplica(refresh("forgets " + list(gone)));
      followed.removeAll(gone);
    }
  }

  private void publish(SortedSet<QualifiedName> wanted) {
    Identifier name = replication.name();
    if (!shard.hasRole()) {
      onShard(
          change(
              Action.CREATE,
              ObjectKind.ROLE,
              replication.role().value(),
              List.of(
                  Sql.of(
                      "CREATE ROLE {} LOGIN REPLICATION PASSWORD {}",
                      replication.role(),
                      passwords.verifier(replication.role())))));
    }
    grant(wanted);
    if (shard.published().isEmpty()) {
      onShard(createPublication(wanted));
    } else {
      TreeSet<QualifiedName> more = new TreeSet<>(wanted);
      more.removeAll(published);
      if (!more.isEmpty()) {
        onShard(alterPublication("with", more, Sql.of("ADD TABLE ONLY")));
      }
      TreeSet<QualifiedName> fewer = new TreeSet<>(published);
      fewer.removeAll(wanted);
      if (!fewer.isEmpty()) {
        onShard(alterPublication("without", fewer, Sql.of("DROP TABLE")));
      }
    }
    boolean lost = shard.slot().filter("lost"::equals).isPresent();
    boolean stale = shard.slot().isPresent() && shard.published().isEmpty();
    if (lost || stale) {
      onShard(dropSlot(name));
    }
    if (shard.slot().isEmpty() || lost || stale) {
      onShard(createSlot(name));
    }
  }

  private Change createPublication(SortedSet<QualifiedName> wanted) {
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
            Sql.of(
                "COMMENT ON PUBLICATION {} IS {}",
                replication.name(),
                Literal.of(replica.system()))));
  }

  private Change alterPublication(String word, Collection<QualifiedName> tables, Sql action) {
    return change(
        Action.ALTER,
        ObjectKind.PUBLICATION,
        replication.name() + " (" + word + " " + list(tables) + ")",
        List.of(
            Sql.of(
                "ALTER PUBLICATION {} {} {}", replication.name(), action, Sql.join(", ", tables))));
  }

  private void grant(SortedSet<QualifiedName> wanted) {
    List<Sql> statements = new ArrayList<>();
    if (!shard.hasRole()) {
      statements.add(
          Sql.of(
              "GRANT CONNECT ON DATABASE {} TO {}",
              replication.shard().database(),
              replication.role()));
    }
    TreeSet<QualifiedName> tables = new TreeSet<>(wanted);
    tables.removeAll(shard.readable());
    TreeSet<Identifier> schemas = new TreeSet<>();
    wanted.forEach(t -> schemas.add(t.schema()));
    schemas.removeAll(shard.usable());
    if (!schemas.isEmpty()) {
      statements.add(
          Sql.of("GRANT USAGE ON SCHEMA {} TO {}", Sql.join(", ", schemas), replication.role()));
    }
    if (!tables.isEmpty()) {
      statements.add(
          Sql.of("GRANT SELECT ON {} TO {}", Sql.join(", ", tables), replication.role()));
    }
    if (!statements.isEmpty()) {
      onShard(
          change(
              Action.ALTER,
              ObjectKind.ROLE,
              replication.role() + " (may read " + count(tables.size(), "table") + ")",
              statements));
    }
  }

  private void follow(
      SortedSet<QualifiedName> wanted,
      SortedSet<QualifiedName> followed,
      Optional<ReplicaEnd.Subscription> subscription) {
    TreeSet<QualifiedName> fresh = new TreeSet<>(wanted);
    fresh.removeAll(followed);
    TreeSet<QualifiedName> emptied = new TreeSet<>(fresh);
    emptied.retainAll(replica.tables().keySet());
    if (!emptied.isEmpty()) {
      onReplica(
          owned(
              Action.ALTER,
              ObjectKind.TABLE,
              list(emptied) + " (emptied, to be copied)",
              List.of(Sql.of("TRUNCATE {}", Sql.join(", ", emptied)))));
    }
    if (subscription.isEmpty()) {
      onReplica(createSubscription());
      return;
    }
    if (!subscription.get().connection().equals(connection())) {
      onReplica(
          change(
              Action.ALTER,
              ObjectKind.SUBSCRIPTION,
              replication.name() + " (connects to " + replication.address() + ")",
              List.of(
                  Sql.of(
                      "ALTER SUBSCRIPTION {} CONNECTION {}",
                      replication.name(),
                      secretConnection()))));
    }
    TreeSet<QualifiedName> fewer = new TreeSet<>(followed);
    fewer.removeAll(wanted);
    if (!fresh.isEmpty() || !fewer.isEmpty()) {
      String words = fresh.isEmpty() ? "forgets " + list(fewer) : "copies " + list(fresh);
      onReplica(refresh(words));
    }
  }

  private Change createSubscription() {
    return change(
        Action.CREATE,
        ObjectKind.SUBSCRIPTION,
        replication.name().value(),
        List.of(
            Sql.of(
                "CREATE SUBSCRIPTION {} CONNECTION {} PUBLICATION {}"
                    + " WITH (create_slot = false, slot_name = {}, copy_data = true)",
                replication.name(),
                secretConnection(),
                replication.name(),
                Literal.of(replication.name().value()))));
  }

  private Literal secretConnection() {
    String password = passwords.password(replication.role()).value();
    return Literal.hidden(connection() + " password=" + quoted(password));
  }

  /** How libpq is told, but for the password. */
  private String connection() {
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

  private static Change createSlot(Identifier name) {
    return alone(
        Action.CREATE,
        ObjectKind.REPLICATION_SLOT,
        name.value(),
        Sql.of(
            "SELECT pg_catalog.pg_create_logical_replication_slot({}, 'pgoutput')",
            Literal.of(name.value())));
  }

  /** With those of copies that the replica, known by the publication's comment, did not end. */
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
                SELECT pg_catalog.pg_terminate_backend(s.active_pid, 10000)
                FROM pg_catalog.pg_replication_slots AS s
                WHERE s.slot_name = {} AND s.active_pid IS NOT NULL""",
                literal),
            Sql.of(
                """
                SELECT pg_catalog.pg_drop_replication_slot(s.slot_name)
                FROM pg_catalog.pg_replication_slots AS s
                WHERE s.slot_name = {}""",
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

  private Change refresh(String words) {
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

  private static Change change(Action action, ObjectKind kind, String name, List<Sql> statements) {
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

  private void onShard(Change change) {
    now.add(new Step(replication.shard(), change));
  }

  private void onReplica(Change change) {
    now.add(new Step(replication.replicaServer(), change));
  }

  private void note(String words) {
    notes.add(replication.replica().server().title() + ": " + words);
  }

  private static String list(Collection<QualifiedName> tables) {
    String first =
        tables.stream().limit(3).map(QualifiedName::toString).collect(Collectors.joining(", "));
    return tables.size() > 3 ? first + " and " + (tables.size() - 3) + " more" : first;
  }

  private static String count(int n, String thing) {
    return n + " " + thing + (n == 1 ? "" : "s");
  }
}
