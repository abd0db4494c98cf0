package org.partitionproxy.trace;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.partitionproxy.topology.ServerName;

/** To which shards the running transactions have written. */
final class WrittenShards {

  /** The newest sessions; those of which nothing is heard for long are forgotten. */
  private static final int MOST_SESSIONS = 10_000;

  private record Transaction(long number, List<ServerName> shards) {}

  private final Map<String, Transaction> ofSessions = new LinkedHashMap<>();

  /** Of the trace's transaction, before the trace. */
  List<ServerName> of(Trace trace) {
    Transaction last = ofSessions.get(trace.session());
    return last != null && last.number() == trace.transaction() ? last.shards() : List.of();
  }

  /** The same and those to which the trace wrote; remembers them. */
  List<ServerName> with(Trace trace) {
    List<ServerName> shards = new ArrayList<>(of(trace));
    trace.shards().stream()
        .filter(shard -> trace.wroteTo(shard) && !shards.contains(shard))
        .forEach(shards::add);
    ofSessions.remove(trace.session());
    ofSessions.put(trace.session(), new Transaction(trace.transaction(), List.copyOf(shards)));
    if (ofSessions.size() > MOST_SESSIONS) {
      ofSessions.remove(ofSessions.keySet().iterator().next());
    }
    return shards;
  }
}
