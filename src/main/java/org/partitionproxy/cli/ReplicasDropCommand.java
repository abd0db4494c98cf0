package org.partitionproxy.cli;

import org.partitionproxy.db.SqlFailure;
import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.replica.ReplicaControl;
import org.partitionproxy.replica.Replication;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ppp replicas drop}. */
@Command(
    name = "drop",
    description = {
      "Ends a replication: subscription, slot and publication. The copied tables stay. As long as",
      "the replica is in shards.yaml, `ppp initialize` begins it anew."
    })
final class ReplicasDropCommand extends ReplicasCommand.OnReplica {

  @Mixin Consent consent = new Consent();

  @Option(names = "--force", description = "Even where the replica does not answer.")
  boolean force;

  @Override
  String done(ReplicaControl control, Replication replication) {
    consent.require(
        console, replica, "ends the replication from %s".formatted(replication.shard().title()));
    String more = "";
    try {
      control.unsubscribe(replication);
    } catch (SqlFailure e) {
      if (!e.isUnreachable()) {
        throw e;
      }
      if (!force) {
        throw new PppException(
            Diagnostic.error(
                Code.REPLICA_AWAY,
                "replica \"" + replica + "\" does not answer",
                "Start it, or add --force: then its slot goes, and should it come back, it will"
                    + " have to be copied anew."));
      }
      more =
          " Its own part could not be dropped: when it is back, `ppp replicas drop "
              + replica
              + "` once more ends that too, and `ppp initialize` begins anew.";
    }
    control.unpublish(replication);
    return "Replica " + replica + " does not follow any more." + more;
  }
}
