package org.partitionproxy.provision;

import java.util.Optional;
import java.util.SortedMap;
import org.partitionproxy.ledger.Placement;
import org.partitionproxy.ledger.Stamp;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.state.ServerState;
import org.partitionproxy.topology.ServerDefinition;

/**
 * One server as it was at one moment.
 *
 * @param stamp of its ledger; empty where ppp has never been
 * @param databaseIsOurs whether ppp made the database, so that it rules who may connect
 * @param maintenanceIsOpen whether everybody may connect to the maintenance database, where ppp's
 *     lock is
 * @param placements of its ledger
 */
record ServerSnapshot(
    ServerDefinition server,
    int majorVersion,
    Optional<Stamp> stamp,
    boolean databaseIsOurs,
    boolean maintenanceIsOpen,
    ServerState state,
    SortedMap<Identifier, Placement> placements) {}
