package org.partitionproxy.provision;

import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.partitionproxy.apply.Sessions;
import org.partitionproxy.catalog.CatalogReader;
import org.partitionproxy.catalog.PublicRightsReader;
import org.partitionproxy.catalog.Scope;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Session;
import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.inspect.InspectionReader;
import org.partitionproxy.ledger.Ledger;
import org.partitionproxy.ledger.PartitionFramework;
import org.partitionproxy.ledger.Stamp;
import org.partitionproxy.server.ReplicationSettings;
import org.partitionproxy.state.Database;
import org.partitionproxy.state.ServerState;
import org.partitionproxy.topology.ServerDefinition;
import org.partitionproxy.topology.Topology;

/** Reads a server, after making sure that it is the one that shards.yaml means. */
final class SnapshotReader {

  static final int OLDEST_VERSION = 15;
  static final int NEWEST_TESTED_VERSION = 18;

  private final Topology topology;
  private final DesiredState desired;
  private final Sessions sessions;
  private final CatalogReader catalog = new CatalogReader();
  private final PublicRightsReader publicRights = new PublicRightsReader();

  SnapshotReader(Topology topology, DesiredState desired, Sessions sessions) {
    this.topology = topology;
    this.desired = desired;
    this.sessions = sessions;
  }

  /**
   * @throws SqlFailure if the server can't be reached
   * @throws PppException if it is another topology's or another server's, or too old
   */
  ServerSnapshot read(ServerDefinition server) {
    try {
      return sessions.with(server, session -> read(server, session));
    } catch (SqlFailure e) {
      if (e.diagnostics().get(0).code() != Code.DATABASE_MISSING) {
        throw e;
      }
      return sessions.withMaintenance(server, session -> withoutDatabase(server, session));
    }
  }

  private ServerSnapshot read(ServerDefinition server, Session session) {
    requireVersion(server, session.majorVersion());
    Ledger ledger = new Ledger(session);
    Optional<Stamp> stamp = ledger.stamp();
    stamp.ifPresent(s -> requireOurs(server, s));
    ServerState state = catalog.read(session, scope(server));
    return new ServerSnapshot(
        server,
        session.majorVersion(),
        stamp,
        isOurs(server, state, stamp, ledger),
        isMaintenanceOpen(session),
        publicRights.read(session, server.isVeneer()),
        InspectionReader.level(session),
        state,
        replication(server, session),
        stamp.isPresent() ? ledger.placements() : new TreeMap<>(),
        server.partmanteau() ? PartitionFramework.find(session) : Optional.empty());
  }

  /** What everybody may do in a new database is taken to be as in the maintenance database. */
  private ServerSnapshot withoutDatabase(ServerDefinition server, Session session) {
    requireVersion(server, session.majorVersion());
    return new ServerSnapshot(
        server,
        session.majorVersion(),
        Optional.empty(),
        true,
        isMaintenanceOpen(session),
        publicRights.read(session, server.isVeneer()),
        InspectionReader.level(session),
        catalog.read(session, scope(server)),
        replication(server, session),
        new TreeMap<>(),
        Optional.empty());
  }

  private static boolean isMaintenanceOpen(Session session) {
    return session
        .query(
            "SELECT pg_catalog.has_database_privilege('public', ?, 'CONNECT') AS open",
            row -> row.bool("open"),
            Connector.MAINTENANCE_DATABASE.value())
        .get(0);
  }

  private SortedMap<String, String> replication(ServerDefinition server, Session session) {
    return ReplicationReadiness.read(
        session, ReplicationSettings.least(topology, server, session.majorVersion()).keySet());
  }

  private Scope scope(ServerDefinition server) {
    return desired.scope(server);
  }

  /** By the ledger, or by the mark of a database that was being made when ppp was killed. */
  private static boolean isOurs(
      ServerDefinition server, ServerState state, Optional<Stamp> stamp, Ledger ledger) {
    boolean halfMade = state.database().map(Database::open).map(open -> !open).orElse(false);
    return stamp.isPresent() ? ledger.made("database", server.database().value()) : halfMade;
  }

  private static void requireVersion(ServerDefinition server, int version) {
    if (version < OLDEST_VERSION) {
      throw new PppException(
          Diagnostic.error(
              Code.VERSION_TOO_OLD,
              "server \"" + server.name() + "\" runs PostgreSQL " + version,
              "ppp needs PostgreSQL "
                  + OLDEST_VERSION
                  + " or newer: upgrade that server first. Nothing was changed on it."));
    }
  }

  private void requireOurs(ServerDefinition server, Stamp stamp) {
    boolean same =
        stamp.topology().equals(topology.name()) && stamp.server().equals(server.name().value());
    if (!same) {
      throw new PppException(
          Diagnostic.error(
              Code.ANOTHER_SERVER,
              "server \""
                  + server.name()
                  + "\" of topology \""
                  + topology.name()
                  + "\" ("
                  + server.endpoint()
                  + ", database \""
                  + server.database()
                  + "\") is server \""
                  + stamp.server()
                  + "\" of topology \""
                  + stamp.topology()
                  + "\"",
              "Its ledger says so. Check host, port and database in "
                  + topology.file()
                  + ", and that this is the right file for these servers. Nothing was read from it"
                  + " or changed on it."));
    }
    if (stamp.version() > Ledger.VERSION) {
      throw new PppException(
          Diagnostic.error(
              Code.LEDGER_TOO_NEW,
              "the ledger on server \"" + server.name() + "\" was written by a newer ppp",
              "Use that newer version of ppp here too."));
    }
  }
}
