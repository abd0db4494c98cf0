package org.partitionproxy.provision;

import java.util.Optional;
import java.util.SortedMap;
import org.partitionproxy.ledger.PartitionFramework;
import org.partitionproxy.ledger.Placement;
import org.partitionproxy.ledger.Stamp;
import org.partitionproxy.sql.Identifier;
import org.partitionproxy.state.PublicRights;
import org.partitionproxy.state.ServerState;
import org.partitionproxy.topology.InspectionLevel;
import org.partitionproxy.topology.ServerDefinition;

/**
 * One server as it was at one moment.
 *
 * @param stamp of its ledger; empty where ppp has never been
 * @param databaseIsOurs whether ppp made the database, so that it rules who may connect
 * @param maintenanceIsOpen whether everybody may connect to the maintenance database, where on the
 *     veneer ppp's lock is, and from where everybody may look at the whole server
 * @param publicRights what everybody may see of others in the database
 * @param level what is logged of what it is asked
 * @param replication what it has set of what replication needs, by parameter
 * @param placements of its ledger
 * @param framework schema {@code partmanteau}, of a shard that is to have it and does
 */
record ServerSnapshot(
    ServerDefinition server,
    int majorVersion,
    Optional<Stamp> stamp,
    boolean databaseIsOurs,
    boolean maintenanceIsOpen,
    PublicRights publicRights,
    InspectionLevel level,
    ServerState state,
    SortedMap<String, String> replication,
    SortedMap<Identifier, Placement> placements,
    Optional<PartitionFramework> framework) {}
