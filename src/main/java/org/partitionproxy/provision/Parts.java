package org.partitionproxy.provision;

import org.partitionproxy.apply.Sessions;
import org.partitionproxy.db.Connector;
import org.partitionproxy.db.Workers;
import org.partitionproxy.migrate.MigrationFolder;
import org.partitionproxy.topology.Topology;

/** What the steps of a run share. */
record Parts(
    Topology topology,
    MigrationFolder migrations,
    DesiredState desired,
    Sessions sessions,
    Workers workers,
    Surveyor surveyor,
    MirrorPlanner mirrors,
    EveryonePlanner everyone,
    PartitionPlanner partitions,
    JobPlanner jobs,
    RollupNotes rollups,
    ReadsPlanner reads,
    ReplicaPlanner replicas,
    ServerChanges changes,
    PlanNotes notes,
    Planner planner) {

  static Parts of(
      Topology topology,
      VeneerRoute route,
      boolean ownServers,
      Connector connector,
      int workerCount) {
    MigrationFolder migrations = MigrationFolder.of(topology);
    DesiredState desired = new DesiredState(topology, route);
    Sessions sessions = new Sessions(connector);
    Workers workers = new Workers(workerCount);
    MirrorReader mirrored = new MirrorReader(topology, desired, sessions, workers);
    MirrorPlanner mirrors = new MirrorPlanner(topology, mirrored);
    EveryonePlanner everyone = new EveryonePlanner(topology, desired, sessions, workers);
    PartitionPlanner partitions = new PartitionPlanner(topology, sessions, workers);
    JobPlanner jobs = new JobPlanner(topology, sessions, ownServers);
    RollupNotes rollups = new RollupNotes(topology, sessions);
    ReadsPlanner reads = new ReadsPlanner(topology, desired, mirrored, sessions);
    ReplicaPlanner replicas = new ReplicaPlanner(topology, route, sessions, workers, reads);
    ServerChanges changes = new ServerChanges(topology, desired, ownServers);
    PlanNotes notes = new PlanNotes(topology, ownServers);
    return new Parts(
        topology,
        migrations,
        desired,
        sessions,
        workers,
        new Surveyor(topology, migrations, desired, sessions, workers),
        mirrors,
        everyone,
        partitions,
        jobs,
        rollups,
        reads,
        replicas,
        changes,
        notes,
        new Planner(
            topology,
            migrations,
            changes,
            notes,
            mirrors,
            everyone,
            partitions,
            jobs,
            rollups,
            replicas));
  }
}
