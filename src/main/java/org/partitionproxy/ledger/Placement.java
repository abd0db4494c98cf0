package org.partitionproxy.ledger;

import java.util.List;
import org.partitionproxy.sql.Identifier;

/**
 * A tenant as a server's ledger knows it.
 *
 * @param tenant and {@code shard}: by name
 * @param source the fingerprint of its schema on the shard, when its mirror was last made; empty on
 *     a shard's own ledger
 * @param mirror the fingerprint of its schema on the veneer at that time
 * @param notes for people: what the mirror left out at that time, and why
 */
public record Placement(
    Identifier schema,
    String tenant,
    String shard,
    String source,
    String mirror,
    List<String> notes) {

  public Placement {
    notes = List.copyOf(notes);
  }
}
