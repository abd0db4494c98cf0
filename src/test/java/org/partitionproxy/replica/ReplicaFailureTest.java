package org.partitionproxy.replica;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.partitionproxy.inspect.WorkerFailure;

class ReplicaFailureTest {

  private static ReplicaFailure failure(String message, String detail, String context) {
    return ReplicaFailure.of(
        new WorkerFailure(
            Instant.EPOCH,
            false,
            message,
            detail.isEmpty() ? Optional.empty() : Optional.of(detail),
            context));
  }

  @Test
  void readsTheKeyTheTableAndThePlaceOfAConflict() {
    ReplicaFailure failure =
        failure(
            "duplicate key value violates unique constraint \"items_pkey\"",
            "Key (region, id)=(a (b)=(c), 8) already exists.",
            "processing remote data for replication origin \"pg_16\" during message type \"INSERT\" for"
                + " replication target relation \"acme.items\" in transaction 725, finished at 0/14C0378");
    assertThat(failure.key()).contains("(region, id)=(a (b)=(c), 8)");
    assertThat(failure.table()).contains("acme.items");
    assertThat(failure.lsn()).contains("0/14C0378");
    assertThat(failure)
        .hasToString(
            "duplicate key value violates unique constraint \"items_pkey\" (table acme.items, key"
                + " (region, id)=(a (b)=(c), 8))");
  }

  @Test
  void leavesOutTheWholeRowsThatNewerVersionsLog() {
    ReplicaFailure failure =
        failure(
            "conflict detected on relation \"acme.items\": conflict=insert_exists",
            "Key already exists in unique index \"items_pkey\", modified in transaction 770.\n"
                + "Key (id)=(8); existing local row (8, secret); remote row (8, other).",
            "processing remote data for replication origin \"pg_16\" during message type \"INSERT\" for"
                + " replication target relation \"acme.items\" in transaction 725, finished at 0/14C0378");
    assertThat(failure)
        .hasToString(
            "conflict detected on relation \"acme.items\": conflict=insert_exists (key (id)=(8))");
  }

  @Test
  void hasNoPlaceToSkipWhereACopyFails() {
    ReplicaFailure failure =
        failure("value too long", "", "COPY items, line 3, column note: \"finished at 0/1\"");
    assertThat(failure.table()).contains("items");
    assertThat(failure.lsn()).isEmpty();
    assertThat(failure.key()).isEmpty();
  }
}
