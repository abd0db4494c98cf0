package org.partitionproxy.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.partitionproxy.db.Pause;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.inspect.LogEntry;
import org.partitionproxy.inspect.LogQuery;
import org.partitionproxy.inspect.LogWatch;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Tenant;

/**
 * Waits for the logs after a query. A server answers first; its logging process writes the line a
 * moment later.
 */
final class LogArrival {

  private static final Duration POLL = Duration.ofMillis(20);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** Of a query through the veneer; ANALYZE has no line feed there. */
  private static final Pattern READ = Pattern.compile("^DECLARE c\\d+ CURSOR FOR\\nSELECT");

  private final Workspace workspace;
  private final SortedMap<String, Optional<String>> before = new TreeMap<>();
  private final List<Tenant> tenants;

  private LogArrival(Workspace workspace, List<Tenant> tenants) {
    this.workspace = workspace;
    this.tenants = tenants;
  }

  /** Call it before the query. */
  static LogArrival from(Workspace workspace, List<Tenant> tenants) {
    LogArrival arrival = new LogArrival(workspace, tenants);
    tenants.forEach(t -> arrival.before.put(t.name().value(), arrival.newest(t)));
    return arrival;
  }

  /** Returns when each tenant's log has a new read, or after some seconds without. */
  void await() {
    long end = System.nanoTime() + PATIENCE.toNanos();
    List<Tenant> missing = new ArrayList<>(tenants);
    do {
      missing.removeIf(t -> !newest(t).equals(before.get(t.name().value())));
    } while (!missing.isEmpty() && System.nanoTime() - end < 0 && Pause.of(POLL));
  }

  /** Which line is the newest read of that tenant. */
  private Optional<String> newest(Tenant tenant) {
    ServerDefinition shard = workspace.topology().shardOf(tenant);
    LogQuery query =
        new LogQuery(shard, Optional.of(tenant), false, Optional.empty(), Optional.of(READ), 1);
    Newest newest = new Newest();
    new LogWatch(() -> workspace.connector().superuser(shard), query, newest).once();
    return newest.line;
  }

  private static final class Newest implements LogWatch.Listener {
    private Optional<String> line = Optional.empty();

    @Override
    public boolean show(List<LogEntry> entries) {
      entries.forEach(entry -> line = Optional.of(entry.sessionId() + "/" + entry.lineNumber()));
      return true;
    }

    @Override
    public void warn(List<Diagnostic> warnings) {}

    @Override
    public void disconnected(SqlFailure reason) {}

    @Override
    public void reconnected() {}
  }
}
