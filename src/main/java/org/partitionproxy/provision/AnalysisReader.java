package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.partitionproxy.catalog.TableSizeReader;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.ledger.Ledger;
import org.partitionproxy.ledger.Stamp;
import org.partitionproxy.ledger.StatisticsLedger;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.QualifiedName;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Tenant;

/** Compares what veneers know of tables with what shards tell: one question to each server. */
final class AnalysisReader {

  private final Parts parts;
  private final Map<ServerName, Veneer> veneers = new ConcurrentHashMap<>();
  private final Map<ServerName, SortedMap<QualifiedName, TableSizeReader.Size>> shards =
      new ConcurrentHashMap<>();
  private final Map<ServerName, Diagnostic> unreachable = new ConcurrentHashMap<>();

  AnalysisReader(Parts parts) {
    this.parts = parts;
  }

  /**
   * @param version the major one
   * @param known by schema
   */
  private record Veneer(
      int version, Map<Identifier, SortedMap<QualifiedName, StatisticsLedger.Known>> known) {}

  /**
   * @param all whether tables count that have not changed
   * @throws PppException if a veneer has no ledger of this version
   */
  Analysis read(List<Tenant> tenants, boolean all) {
    parts.workers().forEach(parts.topology().servers(), server -> look(server, tenants));
    List<Analysis.StaleTable> tables = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    for (ServerDefinition server : parts.topology().veneers()) {
      Veneer veneer = veneers.get(server.name());
      if (veneer != null) {
        tenants.forEach(tenant -> compare(server, veneer, tenant, all, tables, notes));
      }
    }
    List<Diagnostic> gone = new ArrayList<>();
    for (ServerDefinition server : parts.topology().servers()) {
      Diagnostic reason = unreachable.get(server.name());
      if (reason != null) {
        gone.add(reason);
      }
    }
    return new Analysis(tables, notes, gone);
  }

  private void look(ServerDefinition server, List<Tenant> tenants) {
    SortedSet<Identifier> schemas = new TreeSet<>();
    tenants.stream()
        .filter(tenant -> server.isVeneer() || tenant.shard().equals(server.name()))
        .forEach(tenant -> schemas.add(tenant.schema()));
    if (schemas.isEmpty()) {
      return;
    }
    try {
      if (server.isVeneer()) {
        veneers.put(server.name(), veneer(server, schemas));
      } else {
        shards.put(
            server.name(),
            parts.sessions().with(server, s -> new TableSizeReader().read(s, schemas)));
      }
    } catch (SqlFailure e) {
      if (e.diagnostics().get(0).code() == Code.DATABASE_MISSING) {
        throw notInitialized(server);
      }
      if (!e.isUnreachable()) {
        throw e;
      }
      unreachable.put(server.name(), e.diagnostics().get(0));
    }
  }

  private Veneer veneer(ServerDefinition server, SortedSet<Identifier> schemas) {
    return parts
        .sessions()
        .with(
            server,
            session -> {
              if (new Ledger(session).stamp().filter(this::isOurs).isEmpty()) {
                throw notInitialized(server);
              }
              Map<Identifier, SortedMap<QualifiedName, StatisticsLedger.Known>> bySchema =
                  new LinkedHashMap<>();
              new StatisticsLedger(session)
                  .known(schemas)
                  .forEach(
                      (name, one) ->
                          bySchema
                              .computeIfAbsent(name.schema(), s -> new TreeMap<>())
                              .put(name, one));
              return new Veneer(session.majorVersion(), bySchema);
            });
  }

  private boolean isOurs(Stamp stamp) {
    return stamp.version() == Ledger.VERSION && stamp.topology().equals(parts.topology().name());
  }

  private static PppException notInitialized(ServerDefinition server) {
    return new PppException(
        Diagnostic.error(
            Code.NOT_INITIALIZED,
            server.title() + " has no ledger of this topology and this version of ppp",
            "`ppp initialize` makes it, or says what is in the way."));
  }

  private void compare(
      ServerDefinition server,
      Veneer veneer,
      Tenant tenant,
      boolean all,
      List<Analysis.StaleTable> tables,
      List<String> notes) {
    SortedMap<QualifiedName, TableSizeReader.Size> sizes =
        shards.getOrDefault(tenant.shard(), new TreeMap<>());
    veneer
        .known()
        .getOrDefault(tenant.schema(), new TreeMap<>())
        .forEach(
            (name, known) -> {
              TableSizeReader.Size size = sizes.get(name);
              // Views have none; a table that is not there any more waits for the mirror's change.
              if (size == null) {
                return;
              }
              StaleStatistics.of(size, known, all)
                  .ifPresent(
                      reason -> {
                        if (MirrorStatistics.isAffordable(veneer.version(), size.bytes())) {
                          tables.add(stale(server, tenant, name, reason, size, known));
                        } else {
                          notes.add(
                              name
                                  + " on "
                                  + server.name()
                                  + " is left out: before PostgreSQL 16 the veneer would fetch all"
                                  + " of it");
                        }
                      });
            });
  }

  private static Analysis.StaleTable stale(
      ServerDefinition veneer,
      Tenant tenant,
      QualifiedName name,
      Analysis.Reason reason,
      TableSizeReader.Size size,
      StatisticsLedger.Known known) {
    return new Analysis.StaleTable(
        veneer.name(),
        tenant.name(),
        name,
        reason,
        size.rows(),
        StaleStatistics.changed(size, known),
        size.changes());
  }
}
