package org.partitionproxy.cli;

import org.partitionproxy.diagnostic.Code;
import org.partitionproxy.diagnostic.Diagnostic;
import org.partitionproxy.diagnostic.PppException;
import org.partitionproxy.replica.ReplicaControl;
import org.partitionproxy.replica.ReplicaFailure;
import org.partitionproxy.replica.Replication;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ppp replicas skip}. */
@Command(
    name = "skip",
    description = {
      "Has a replica that is stopped do without the transaction that fails there: without all",
      "that this wrote, in all tables. `verify` shows then which tables differ, and `resync`",
      "copies one once more."
    })
final class ReplicasSkipCommand extends ReplicasCommand.OnReplica {

  @Mixin Consent consent = new Consent();

  @Override
  String done(ReplicaControl control, Replication replication) {
    ReplicaFailure failure = control.failure(replication).orElseThrow(this::nothing);
    String lsn = failure.lsn().orElseThrow(this::nothing);
    consent.require(
        console,
        replica,
        "leaves out on the replica all that the transaction of %s wrote that ends at %s, and"
                .formatted(replication.shard().title(), lsn)
            + " fails there with: "
            + failure);
    String done =
        control.skip(replication, lsn)
            ? "Replica %s goes on without the transaction that ends at %s."
            : "Replica %s is to leave out the transaction that ends at %s, when it comes to it.";
    return done.formatted(replica, lsn)
        + "\n`ppp replicas verify "
        + replica
        + "` shows which tables differ, `ppp replicas resync "
        + replica
        + " TABLE` copies one once more.";
  }

  private PppException nothing() {
    return new PppException(
        Diagnostic.error(
            Code.NOTHING_TO_SKIP,
            "replica \"" + replica + "\" has no transaction that fails",
            "`ppp replicas` shows how it fares. Only what its log names can be left out."));
  }
}
