package org.partitionproxy.replica;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.partitionproxy.plan.Action;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.ObjectKind;
import org.partitionproxy.plan.Passwords;
import org.partitionproxy.plan.Stage;
import org.partitionproxy.plan.TypeChanges;
import org.partitionproxy.sql.Identifier;
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
  private final ReplicationChanges changes;
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
    this.changes = new ReplicationChanges(replication, passwords);
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
    boolean waits = subscription.map(s -> !s.enabled() && s.slot().isPresent()).orElse(false);
    if (waits && !slotIsLost()) {
      note("is paused; `ppp replicas resume " + replication.replica().name() + "` goes on");
      return;
    }
    if (lacksExtensions()) {
      return;
    }
    TableSteps tables = new TableSteps(replica.tables(), shard.tables(), replica.made());
    tables.notes().forEach(this::note);
    anew.addAll(tables.anew());
    SortedSet<QualifiedName> wanted = wanted();
    TreeSet<QualifiedName> followed = new TreeSet<>();
    subscription.filter(this::isSound).ifPresent(s -> followed.addAll(s.tables()));
    if (subscription.isPresent() && !isSound(subscription.get())) {
      onReplica(changes.endSubscription());
    }
    shard.published().ifPresent(all -> published.addAll(all));
    unfollow(followed);
    publish(wanted);
    TypeChanges.forCopies(replica.types(), shard.types(), Stage.REPLICAS).forEach(this::onReplica);
    tables.now().forEach(this::onReplica);
    follow(wanted, followed, subscription.filter(this::isSound));
    tables.later().forEach(change -> later.add(new Step(replication.replicaServer(), change)));
  }

  /** ppp makes none: what it may bring along, somebody has to decide. */
  private boolean lacksExtensions() {
    List<String> missing =
        shard.extensions().stream()
            .filter(extension -> !replica.extensions().contains(extension.name()))
            .map(e -> Sql.of("CREATE EXTENSION {} SCHEMA {}", e.name(), e.schema()).text())
            .toList();
    if (!missing.isEmpty()) {
      note(
          "types of the shard's columns are missing, and no table is made or altered until they"
              + " are there; as a superuser in database "
              + replication.replicaServer().database()
              + ": "
              + String.join("; ", missing));
    }
    return !missing.isEmpty();
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
        && shard.slot().isPresent()
        && !slotIsLost();
  }

  private boolean slotIsLost() {
    return shard.slot().filter("lost"::equals).isPresent();
  }

  /**
   * A table that was taken out of the publication has missed changes. It must be forgotten before
   * it is published again, so that it is copied then.
   */
  private void unfollow(SortedSet<QualifiedName> followed) {
    TreeSet<QualifiedName> again = new TreeSet<>(anew);
    again.retainAll(published);
    if (!again.isEmpty()) {
      onShard(changes.alterPublication("without", again, Sql.of("DROP TABLE")));
      published.removeAll(again);
    }
    TreeSet<QualifiedName> gone = new TreeSet<>(followed);
    gone.removeAll(published);
    if (!gone.isEmpty()) {
      onReplica(changes.refresh("forgets " + ReplicationChanges.list(gone)));
      followed.removeAll(gone);
    }
  }

  private void publish(SortedSet<QualifiedName> wanted) {
    Identifier name = replication.name();
    if (!shard.hasRole()) {
      onShard(changes.createRole());
    }
    grant(wanted);
    if (shard.published().isEmpty()) {
      onShard(changes.createPublication(wanted, replica.system()));
    } else {
      TreeSet<QualifiedName> more = new TreeSet<>(wanted);
      more.removeAll(published);
      if (!more.isEmpty()) {
        onShard(changes.alterPublication("with", more, Sql.of("ADD TABLE ONLY")));
      }
      TreeSet<QualifiedName> fewer = new TreeSet<>(published);
      fewer.removeAll(wanted);
      if (!fewer.isEmpty()) {
        onShard(changes.alterPublication("without", fewer, Sql.of("DROP TABLE")));
      }
    }
    boolean lost = slotIsLost();
    boolean stale = shard.slot().isPresent() && shard.published().isEmpty();
    if (lost || stale) {
      onShard(ReplicationChanges.dropSlot(name));
    }
    if (shard.slot().isEmpty() || lost || stale) {
      onShard(ReplicationChanges.createSlot(name));
    }
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
          ReplicationChanges.change(
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
          ReplicationChanges.owned(
              Action.ALTER,
              ObjectKind.TABLE,
              ReplicationChanges.list(emptied) + " (emptied, to be copied)",
              List.of(Sql.of("TRUNCATE {}", Sql.join(", ", emptied)))));
    }
    if (subscription.isEmpty()) {
      onReplica(changes.createSubscription());
      return;
    }
    if (!subscription.get().connection().equals(changes.connection())) {
      onReplica(changes.connect());
    }
    TreeSet<QualifiedName> fewer = new TreeSet<>(followed);
    fewer.removeAll(wanted);
    if (!fresh.isEmpty() || !fewer.isEmpty()) {
      String words =
          fresh.isEmpty()
              ? "forgets " + ReplicationChanges.list(fewer)
              : "copies " + ReplicationChanges.list(fresh);
      onReplica(changes.refresh(words));
    }
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

  private static String count(int n, String thing) {
    return n + " " + thing + (n == 1 ? "" : "s");
  }
}
