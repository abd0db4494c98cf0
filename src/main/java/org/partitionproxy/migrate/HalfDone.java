package org.partitionproxy.migrate;

import java.util.List;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.topology.Tenant;

/** How to go on after a script outside a transaction has failed in the middle. */
final class HalfDone {

  private HalfDone() {}

  static String hint(Tenant tenant, Sql forgetting, List<QualifiedName> invalid) {
    return "Its statements before the failing one were done and stay: it runs outside a"
        + " transaction. Undo them on shard \""
        + tenant.shard()
        + "\", then run this there and `ppp migrate` again, which starts it from its first"
        + " statement:\n"
        + (invalid.isEmpty() ? "" : InvalidIndexes.removal(invalid) + "\n")
        + forgetting
        + ";";
  }
}
