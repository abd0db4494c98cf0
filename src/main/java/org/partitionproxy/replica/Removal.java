package org.partitionproxy.replica;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.partitionproxy.db.Session;
import org.partitionproxy.ledger.Ledger;
import org.partitionproxy.plan.Action;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.ObjectKind;
import org.partitionproxy.plan.Stage;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Sql;

/** What ppp made of replications on one server, to be dropped. */
public final class Removal {

  private Removal() {}

  /**
   * On a replica its subscriptions, on a shard slots and publications.
   *
   * @param kept the names of replications that stay
   */
  public static List<Change> of(Session session, Collection<Identifier> kept) {
    Ledger ledger = new Ledger(session);
    List<Change> changes = new ArrayList<>();
    for (Identifier name : names(ledger, ObjectKind.SUBSCRIPTION, kept)) {
      if (ReplicaControl.isSubscribed(session, name)) {
        changes.add(drop(ObjectKind.SUBSCRIPTION, name, ReplicationChanges.dropSubscription(name)));
      }
    }
    for (Identifier name : names(ledger, ObjectKind.PUBLICATION, kept)) {
      changes.add(ReplicationChanges.dropSlot(name));
      changes.add(
          drop(
              ObjectKind.PUBLICATION,
              name,
              List.of(Sql.of("DROP PUBLICATION IF EXISTS {}", name))));
    }
    return changes;
  }

  private static SortedSet<Identifier> names(
      Ledger ledger, ObjectKind kind, Collection<Identifier> kept) {
    TreeSet<Identifier> names = new TreeSet<>();
    ledger.made(kind.toString()).forEach(name -> names.add(Identifier.of(name)));
    names.removeAll(kept);
    return names;
  }

  private static Change drop(ObjectKind kind, Identifier name, List<Sql> statements) {
    return Change.global(Stage.REPLICAS, Action.DROP, kind, name.value(), statements);
  }
}
