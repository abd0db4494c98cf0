package org.partitionproxy.ledger;

import org.partitionproxy.sql.Identifier;

/**
 * A tenant as a server's ledger knows it.
 *
 * @param tenant and {@code shard}: by name
 * @param source the fingerprint of its schema on the shard, when its mirror was last made; empty on
 *     a shard's own ledger
 * @param mirror the fingerprint of its schema on the veneer at that time
 */
public record Placement(
    Identifier schema, String tenant, String shard, String source, String mirror) {}
