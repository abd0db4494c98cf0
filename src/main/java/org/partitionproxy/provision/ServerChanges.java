package org.partitionproxy.provision;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.partitionproxy.db.Connector;
import org.partitionproxy.inspect.LogFunctions;
import org.partitionproxy.ledger.DdlGuard;
import org.partitionproxy.ledger.JobTables;
import org.partitionproxy.ledger.Ledger;
import org.partitionproxy.ledger.PartitionFramework;
import org.partitionproxy.ledger.PartitionFunctions;
import org.partitionproxy.ledger.RollupFunctions;
import org.partitionproxy.ledger.Stamp;
import org.partitionproxy.plan.Action;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.Differ;
import org.partitionproxy.plan.ObjectKind;
import org.partitionproxy.plan.Passwords;
import org.partitionproxy.plan.PublicRightsChanges;
import org.partitionproxy.plan.Stage;
import org.partitionproxy.replica.ReplicationLag;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.sql.Sql;
import org.partitionproxy.sql.SqlResource;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.Topology;

/** What one server needs but for migrations, mirrors, partitions, jobs and replicas. */
final class ServerChanges {

  private final Topology topology;
  private final DesiredState desired;
  private final boolean ownServers;

  /**
   * @param ownServers whether ppp runs the servers, so that nobody else relies on how they are
   */
  ServerChanges(Topology topology, DesiredState desired, boolean ownServers) {
    this.topology = topology;
    this.desired = desired;
    this.ownServers = ownServers;
  }

  List<Change> of(ServerSnapshot snapshot, Passwords passwords) {
    List<Change> changes =
        new ArrayList<>(new Differ(passwords).diff(snapshot.state(), desired.of(snapshot)));
    int ledgerAt = 0;
    while (ledgerAt < changes.size() && changes.get(ledgerAt).stage() == Stage.SERVERS) {
      ledgerAt++;
    }
    List<Change> server = new ArrayList<>(ledger(snapshot));
    server.addAll(framework(snapshot));
    server.addAll(maintenance(snapshot));
    changes.addAll(ledgerAt, server);
    changes.addAll(publicRights(snapshot));
    changes.sort(Comparator.comparing(Change::stage));
    return changes;
  }

  /** Schema {@code ppp}: missing, or made by a ppp with other functions. */
  private List<Change> ledger(ServerSnapshot snapshot) {
    ServerName server = snapshot.server().name();
    List<SqlResource> functions = new ArrayList<>(List.of(LogFunctions.SQL));
    if (snapshot.server().isVeneer()) {
      functions.add(DdlGuard.SQL);
    } else {
      functions.addAll(PartitionFunctions.ALL);
      functions.add(JobTables.SQL);
      functions.add(RollupFunctions.SQL);
    }
    if (snapshot.server().isReplica()) {
      functions.add(ReplicationLag.SQL);
    }
    String digest = SqlResource.digest(functions);
    Stamp stamp = new Stamp(topology.name(), server.value(), Ledger.VERSION, digest);
    if (snapshot.stamp().equals(Optional.of(stamp))) {
      return List.of();
    }
    List<Sql> statements = new ArrayList<>(Ledger.statements(stamp));
    functions.forEach(resource -> statements.add(Sql.resource(resource)));
    return List.of(
        Change.global(
            Stage.SERVERS,
            snapshot.stamp().isPresent() ? Action.ALTER : Action.CREATE,
            ObjectKind.LEDGER,
            Ledger.SCHEMA.value(),
            statements));
  }

  /** Schema {@code partmanteau}, where it is asked for: missing, or of another ppp. */
  private static List<Change> framework(ServerSnapshot snapshot) {
    Optional<PartitionFramework> is = snapshot.framework();
    boolean wanted =
        snapshot.server().partmanteau() && !is.equals(Optional.of(PartitionFramework.CURRENT));
    return wanted
        ? List.of(
            Change.global(
                Stage.SERVERS,
                is.isPresent() ? Action.ALTER : Action.CREATE,
                ObjectKind.SCHEMA,
                PartitionFramework.SCHEMA.value(),
                PartitionFramework.CURRENT.statements()))
        : List.of();
  }

  /** Of a server or database that somebody else made, others may rely on it. */
  private List<Change> publicRights(ServerSnapshot snapshot) {
    return ownServers || snapshot.databaseIsOurs()
        ? PublicRightsChanges.of(
            snapshot.server().database(),
            snapshot.publicRights(),
            snapshot.server().isVeneer()
                ? List.of(topology.adminRole(), topology.appRole())
                : List.of(topology.adminRole()))
        : List.of();
  }

  /**
   * Keeps tenants out of the maintenance database: there they could take ppp's lock, and look at
   * everybody's sessions. Of a server that somebody else runs, others may rely on it.
   */
  private List<Change> maintenance(ServerSnapshot snapshot) {
    if (!ownServers || !snapshot.maintenanceIsOpen()) {
      return List.of();
    }
    return List.of(
        Change.global(
            Stage.SERVERS,
            Action.ALTER,
            ObjectKind.DATABASE,
            Connector.MAINTENANCE_DATABASE.value(),
            List.of(
                Sql.of(
                    "REVOKE CONNECT ON DATABASE {}, {} FROM PUBLIC",
                    Connector.MAINTENANCE_DATABASE,
                    Identifier.of("template1")))));
  }
}
