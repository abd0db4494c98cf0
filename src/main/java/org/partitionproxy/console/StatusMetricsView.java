package org.partitionproxy.console;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Function;
import org.partitionproxy.partition.PartitionedTable;
import org.partitionproxy.provision.TopologyStatus;
import org.partitionproxy.provision.TopologyStatus.ServerStatus;
import org.partitionproxy.provision.TopologyStatus.State;
import org.partitionproxy.provision.TopologyStatus.TenantStatus;
import org.partitionproxy.top.Figures;
import org.partitionproxy.top.Traffic;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.TenantName;

/**
 * The state of a topology as OpenMetrics text, of which Prometheus' older text format is a part as
 * far as it is used here: gauges only. What is not known has no sample.
 *
 * @see <a href="https://prometheus.io/docs/specs/om/open_metrics_spec/">OpenMetrics</a>
 */
public final class StatusMetricsView {

  private static final String WHERE_TRACED =
      " in ppp_traced_seconds; absent where level rows is off.";

  private final TopologyStatus status;
  private final Optional<Traffic> traffic;
  private final List<PartitionedTable> tables;
  private final MetricsText text;

  private StatusMetricsView(
      TopologyStatus status, Optional<Traffic> traffic, List<PartitionedTable> tables) {
    this.status = status;
    this.traffic = traffic;
    this.tables = tables;
    this.text = new MetricsText(status.topology());
  }

  /**
   * @param traffic empty where servers don't log rows
   * @param tables those that are partitioned
   */
  public static String render(
      TopologyStatus status, Optional<Traffic> traffic, List<PartitionedTable> tables) {
    return new StatusMetricsView(status, traffic, tables).render();
  }

  private String render() {
    servers("reachable", "Whether the server answers.", s -> Optional.of(yes(s.reachable())));
    servers("tenants", "Tenants that it has or shows.", s -> Optional.of(number(s.tenants())));
    servers(
        "start_timestamp_seconds",
        "When it was started.",
        s -> s.startedAt().map(MetricsText::seconds));
    tenants(
        "in_step",
        "Whether the veneer shows the tenant as its shard has it, with all migrations.",
        t -> known(t).map(state -> yes(state == State.IN_STEP)));
    tenants(
        "drifted",
        "Whether shard or veneer were changed since the mirror was made.",
        t ->
            known(t)
                .filter(state -> state == State.DRIFTED || state == State.IN_STEP)
                .map(state -> yes(state == State.DRIFTED)));
    tenants(
        "missing",
        "Whether it is still to be made.",
        t -> known(t).map(state -> yes(state == State.MISSING)));
    tenants(
        "migrations_blocked",
        "Whether a person has to decide about its migrations.",
        t -> known(t).map(state -> yes(state == State.BLOCKED)));
    tenants(
        "pending_migrations",
        "Migrations that have not run.",
        t -> t.pendingMigrations().map(StatusMetricsView::number));
    tenants("tables", "Its tables.", t -> t.tables().map(StatusMetricsView::number));
    tenants(
        "size_bytes", "Its tables with indexes.", t -> t.bytes().map(StatusMetricsView::number));
    rows();
    tables(
        "partitions_ahead",
        "Partitions that follow the present one without a gap, of tables with a policy.",
        t -> t.ahead().map(StatusMetricsView::number));
    tables(
        "partition_gaps",
        "Ranges between its partitions that none holds, of tables with a policy.",
        t -> Optional.of(number(t.gaps().size())));
    new UpkeepMetrics(text).add(status.upkeep());
    return text.end();
  }

  private void rows() {
    text.family(
        "ppp_traced_seconds",
        "How long the time is that rows are of; absent where level rows is off.");
    traffic.ifPresent(
        t -> text.sample("ppp_traced_seconds", List.of(), MetricsText.seconds(t.time())));
    tenants(
        "rows_shipped",
        "Rows that its shard sent to the veneer" + WHERE_TRACED,
        t -> ofTenant(t).flatMap(f -> number(f.rowsShipped())));
    tenants(
        "rows_returned",
        "Rows that its statements on the veneer returned" + WHERE_TRACED,
        t -> ofTenant(t).flatMap(f -> number(f.rowsReturned())));
    tenants(
        "waste_ratio",
        "Rows shipped for each row returned" + WHERE_TRACED,
        t -> ofTenant(t).flatMap(f -> number(f.waste())));
    servers(
        "rows_shipped",
        "Rows that the shard sent to the veneer" + WHERE_TRACED,
        s -> ofShard(s).flatMap(f -> number(f.rowsShipped())));
    servers(
        "waste_ratio",
        "Rows shipped for each row returned, of statements that asked this shard alone,"
            + WHERE_TRACED,
        s -> ofShard(s).flatMap(f -> number(f.waste())));
  }

  private Optional<Figures> ofTenant(TenantStatus tenant) {
    return traffic.map(t -> t.tenants().get(new TenantName(tenant.name())));
  }

  private Optional<Figures> ofShard(ServerStatus server) {
    return traffic.map(t -> t.shards().get(new ServerName(server.name())));
  }

  private static Optional<State> known(TenantStatus tenant) {
    return Optional.of(tenant.state()).filter(state -> state != State.UNKNOWN);
  }

  private void servers(String name, String help, Function<ServerStatus, Optional<String>> value) {
    text.family("ppp_server_" + name, help);
    for (ServerStatus server : status.servers()) {
      value
          .apply(server)
          .ifPresent(v -> text.sample("ppp_server_" + name, List.of("server", server.name()), v));
    }
  }

  private void tenants(String name, String help, Function<TenantStatus, Optional<String>> value) {
    text.family("ppp_tenant_" + name, help);
    for (TenantStatus tenant : status.tenants()) {
      List<String> labels = List.of("tenant", tenant.name(), "shard", tenant.shard());
      value.apply(tenant).ifPresent(v -> text.sample("ppp_tenant_" + name, labels, v));
    }
  }

  private void tables(
      String name, String help, Function<PartitionedTable, Optional<String>> value) {
    text.family("ppp_table_" + name, help);
    for (PartitionedTable table : tables) {
      if (table.horizon().isPresent()) {
        List<String> labels =
            List.of(
                "tenant",
                table.tenant().value(),
                "shard",
                table.shard().value(),
                "table",
                table.name().name().value());
        value.apply(table).ifPresent(v -> text.sample("ppp_table_" + name, labels, v));
      }
    }
  }

  private static String yes(boolean is) {
    return is ? "1" : "0";
  }

  private static String number(long value) {
    return Long.toString(value);
  }

  private static Optional<String> number(OptionalLong value) {
    return value.isEmpty() ? Optional.empty() : Optional.of(number(value.getAsLong()));
  }

  private static Optional<String> number(OptionalDouble value) {
    return value.isEmpty() ? Optional.empty() : Optional.of(Double.toString(value.getAsDouble()));
  }

  private static String number(Number value) {
    return value.toString();
  }
}
