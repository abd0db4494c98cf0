package org.partitionproxy.partition;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SpareSessionsTest {

  @Test
  void areThoseBeyondOneForEachShard() {
    SpareSessions spare = new SpareSessions(4, 3);
    assertThat(spare.take()).isTrue();
    assertThat(spare.take()).isFalse();
    spare.giveBack();
    assertThat(spare.take()).isTrue();
  }

  @Test
  void comeFromShardsThatAreDoneOnceNoneWaits() {
    SpareSessions spare = new SpareSessions(2, 3);
    assertThat(spare.take()).isFalse();
    spare.shardIsDone();
    assertThat(spare.take()).as("the third shard has it").isFalse();
    spare.shardIsDone();
    assertThat(spare.take()).isTrue();
  }
}
