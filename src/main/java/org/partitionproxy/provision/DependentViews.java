package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.partitionproxy.catalog.DependentReader;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.plan.Action;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.Displaced;
import org.partitionproxy.plan.ObjectKind;
import org.partitionproxy.plan.Stage;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.state.Dependent;

/**
 * What others built on foreign tables that must be made anew: taken away before, and put back
 * after, in the same transaction, with its owner, its rights, and all else that it has. Whatever
 * can't be put back ends the transaction, and is named.
 */
final class DependentViews {

  private final List<Dependent> inOrder;

  private DependentViews(List<Dependent> inOrder) {
    this.inOrder = inOrder;
  }

  /**
   * Reads them as they are in the session's transaction.
   *
   * @param ruled roles whose rights on foreign tables are ppp's to give
   * @throws ViewInTheWay if one has what can't be put back
   */
  static DependentViews read(Session veneer, List<Change> changes, Set<Identifier> ruled) {
    SortedMap<QualifiedName, SortedSet<Identifier>> displaced = new TreeMap<>();
    for (Change change : changes) {
      for (Displaced one : change.displaced()) {
        displaced.merge(
            one.name(),
            one.columns(),
            (some, more) -> {
              TreeSet<Identifier> both = new TreeSet<>(some);
              both.addAll(more);
              return some.isEmpty() || more.isEmpty() ? Collections.emptySortedSet() : both;
            });
      }
    }
    List<Dependent> found = new DependentReader().read(veneer, displaced, new TreeSet<>(ruled));
    for (Dependent one : found) {
      if (!one.obstacles().isEmpty()) {
        throw ViewInTheWay.because(
            one.text()
                + " has to make way for a change, and could not be put back as it is: "
                + String.join(", ", one.obstacles()));
      }
    }
    return new DependentViews(found);
  }

  /** The outermost first. */
  void makeWay(Session veneer) {
    for (int i = inOrder.size() - 1; i >= 0; i--) {
      Dependent view = inOrder.get(i);
      view.drop()
          .ifPresent(
              drop ->
                  named(
                      veneer,
                      List.of(drop),
                      view.text() + " has to make way for a change, and can't"));
    }
  }

  /** As they were, but materialized views without rows. */
  void putBack(Session veneer) {
    for (Dependent one : inOrder) {
      named(veneer, one.restore(), one.text() + " can't be put back");
    }
  }

  /** Fills materialized views that had rows. The shards must have committed what they show. */
  void refresh(Session veneer) {
    for (Dependent one : inOrder) {
      one.refresh()
          .ifPresent(
              refresh -> named(veneer, List.of(refresh), one.text() + " can't be filled again"));
    }
  }

  /** The same to be done later. */
  List<Change> refreshes(Identifier schema) {
    List<Change> changes = new ArrayList<>();
    for (Dependent one : inOrder) {
      one.refresh()
          .ifPresent(
              refresh ->
                  changes.add(
                      new Change(
                          Stage.MIRROR,
                          Action.ALTER,
                          ObjectKind.MATERIALIZED_VIEW,
                          one.name().toString(),
                          Optional.of(schema),
                          List.of(refresh),
                          Change.Transaction.SUPERUSER,
                          Set.of())));
    }
    return changes;
  }

  private static void named(Session veneer, List<Sql> statements, String what) {
    try {
      veneer.execute(statements);
    } catch (SqlFailure e) {
      // Of a shard that is gone, the veneer tells with the same SQLSTATE.
      if (e.isUnreachable() && !veneer.isAlive()) {
        throw e;
      }
      throw ViewInTheWay.because(what, e);
    }
  }
}
