package org.partitionproxy.convert;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import org.partitionproxy.catalog.DependentReader;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.ShortLock;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.state.Dependent;

/**
 * Views over tables that are exchanged, and views over these. A view knows its tables by their
 * identity, so it would go on with the old ones: it is made anew in the same transaction, with its
 * owner, its rights and all else that it has. Materialized views would lose their rows; they are in
 * the way.
 */
final class DependentViews {

  private final List<Dependent> inOrder;

  private DependentViews(List<Dependent> inOrder) {
    this.inOrder = inOrder;
  }

  static DependentViews over(Session session, ConversionRequest request) {
    SortedMap<QualifiedName, SortedSet<Identifier>> tables = new TreeMap<>();
    for (Identifier table : request.tables()) {
      tables.put(new QualifiedName(request.schema(), table), Collections.emptySortedSet());
    }
    return new DependentViews(
        new DependentReader()
            .read(session, tables, Collections.emptySortedSet()).stream()
                .filter(view -> view.kind().equals("view"))
                .toList());
  }

  /** Those that come back as they are. */
  List<String> restorable() {
    return inOrder.stream().filter(v -> v.obstacles().isEmpty()).map(Dependent::text).toList();
  }

  /** Those that don't. */
  List<Finding> refusals() {
    return inOrder.stream()
        .filter(v -> !v.obstacles().isEmpty())
        .map(
            v ->
                new Finding(
                    v.text() + " can't be made anew: " + String.join(", ", v.obstacles()),
                    "Drop it before, and make it again after the exchange."))
        .toList();
  }

  /** The outermost first: that is how readers lock them. */
  void makeWay(Session session) {
    for (int i = inOrder.size() - 1; i >= 0; i--) {
      inOrder.get(i).drop().ifPresent(session::execute);
    }
  }

  /**
   * @throws PppException that names the view over the new tables that PostgreSQL refuses
   */
  void putBack(Session session) {
    for (Dependent view : inOrder) {
      try {
        session.execute(view.restore());
      } catch (SqlFailure e) {
        if (ShortLock.isNotNow(e)) {
          throw e;
        }
        Diagnostic said = e.diagnostics().get(0);
        throw new PppException(
            Diagnostic.error(
                Code.CONVERSION_REFUSED,
                view.text() + " can't be made over the new tables: " + said.summary(),
                "Change or drop it, and go on. Nothing was exchanged."));
      }
    }
  }
}
