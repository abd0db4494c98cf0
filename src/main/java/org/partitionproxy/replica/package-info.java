/**
 * Copies of a shard's tables on other servers, kept up to date by PostgreSQL's logical replication:
 * what is there ({@code EndReader}), what has to be done ({@code ReplicationSteps}).
 */
@NullMarked
package org.partitionproxy.replica;

import org.jspecify.annotations.NullMarked;
