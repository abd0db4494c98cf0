package org.partitionproxy.console;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.partitionproxy.provision.TopologyStatus;

/** The state of a topology as two tables, or as JSON. */
public final class StatusView {

  private StatusView() {}

  /**
   * @param now for the servers' uptime
   */
  public static String render(TopologyStatus status, Instant now) {
    Table servers =
        new Table()
            .column("server")
            .column("runtime")
            .column("address")
            .column("database")
            .column("state")
            .column("version")
            .column("up")
            .numbers("tenants");
    boolean replicas = status.servers().stream().anyMatch(s -> s.replicaOf().isPresent());
    if (replicas) {
      servers.column("replica of");
    }
    for (TopologyStatus.ServerStatus server : status.servers()) {
      List<Object> cells =
          new ArrayList<>(
              List.of(
                  server.name(),
                  status.runtime(),
                  server.address(),
                  server.database(),
                  server.reachable() ? "answers" : "no answer",
                  server.version(),
                  server.startedAt().map(start -> Durations.compact(Duration.between(start, now))),
                  server.tenants()));
      if (replicas) {
        cells.add(server.replicaOf());
      }
      servers.row(cells.toArray());
    }
    Table tenants =
        new Table()
            .column("tenant")
            .column("shard")
            .column("schema")
            .numbers("tables")
            .numbers("size")
            .numbers("pending")
            .column("state");
    for (TopologyStatus.TenantStatus tenant : status.tenants()) {
      tenants.row(
          tenant.name(),
          tenant.shard(),
          tenant.schema(),
          tenant.tables(),
          tenant.bytes().map(Sizes::compact),
          tenant.pendingMigrations(),
          tenant.state());
    }
    return servers.render() + "\n" + tenants.render();
  }

  public static String json(TopologyStatus status) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("topology", status.topology());
    document.put("runtime", status.runtime());
    document.put("servers", status.servers());
    document.put("tenants", status.tenants());
    document.put("problems", DiagnosticView.json(status.problems()));
    return Json.pretty(document);
  }
}
