package org.partitionproxy.topology;

import java.util.List;
import org.partitionproxy.sql.Identifier;

/** A replica as far as it could be read. */
record ReplicaDraft(ServerDraft server, ReplicaKind kind, List<Identifier> tables) {

  /** To be called only when nothing was reported. */
  ReplicaDefinition toDefinition(ServerName shard) {
    return new ReplicaDefinition(server.toDefinition(), shard, kind, tables);
  }
}
