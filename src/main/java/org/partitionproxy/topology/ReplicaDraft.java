package org.partitionproxy.topology;

import java.util.List;
import java.util.Optional;
import org.partitionproxy.sql.Identifier;

/**
 * A replica as far as it could be read.
 *
 * @param readsWritten what stands there
 */
record ReplicaDraft(
    ServerDraft server,
    ReplicaKind kind,
    List<Identifier> tables,
    Optional<Placed<Switch>> readsWritten) {

  /** Whether the veneer shows what it has. */
  boolean reads() {
    return readsWritten.filter(on -> on.value() == Switch.TRUE).isPresent();
  }

  /** To be called only when nothing was reported. */
  ReplicaDefinition toDefinition(ServerName shard) {
    return new ReplicaDefinition(server.toDefinition(), shard, kind, tables, reads());
  }
}
