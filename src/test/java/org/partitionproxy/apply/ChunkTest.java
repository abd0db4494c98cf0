package org.partitionproxy.apply;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.partitionproxy.plan.Action;
import org.partitionproxy.plan.Change;
import org.partitionproxy.plan.ObjectKind;
import org.partitionproxy.plan.Stage;
import org.partitionproxy.sql.Identifier;

class ChunkTest {

  private static Change change(Optional<Identifier> schema, Change.Transaction transaction) {
    return new Change(
        Stage.MIRROR,
        Action.CREATE,
        ObjectKind.FOREIGN_TABLE,
        "t",
        schema,
        List.of(),
        transaction,
        Set.of());
  }

  private static Change of(String schema) {
    return change(Optional.of(Identifier.of(schema)), Change.Transaction.OWNER);
  }

  @Test
  void keepsATenantTogetherAndTransactionsBounded() {
    List<Change> changes = new ArrayList<>();
    for (int tenant = 0; tenant < 100; tenant++) {
      for (int table = 0; table < 30; table++) {
        changes.add(of("s" + tenant));
      }
    }
    List<Chunk> chunks = Chunk.ofSchemas(changes);
    assertThat(chunks).hasSizeGreaterThan(1);
    assertThat(chunks)
        .allSatisfy(c -> assertThat(c.changes()).hasSizeLessThanOrEqualTo(Chunk.MAX_CHANGES));
    assertThat(chunks.stream().mapToInt(c -> c.groups().size()).sum()).isEqualTo(100);
    assertThat(chunks.stream().flatMap(c -> c.changes().stream())).hasSize(3000);
  }

  @Test
  void keepsATenantTogetherEvenIfItIsTooBig() {
    List<Change> changes = new ArrayList<>();
    for (int table = 0; table < Chunk.MAX_CHANGES + 1; table++) {
      changes.add(of("big"));
    }
    changes.add(of("small"));
    assertThat(Chunk.ofSchemas(changes)).extracting(c -> c.groups().size()).containsExactly(1, 1);
  }

  @Test
  void leavesWhatCannotBeInATransactionAlone() {
    Change plain = change(Optional.empty(), Change.Transaction.SUPERUSER);
    Change outside = change(Optional.empty(), Change.Transaction.NONE);
    assertThat(Chunk.global(List.of(plain, outside, plain, plain, of("tenant"))))
        .extracting(Chunk::changes)
        .containsExactly(List.of(plain), List.of(outside), List.of(plain, plain));
  }
}
