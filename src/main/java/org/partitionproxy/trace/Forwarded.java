package org.partitionproxy.trace;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.partitionproxy.topology.ServerName;
import org.partitionproxy.topology.TenantName;

/**
 * One statement that postgres_fdw sent to a shard: a cursor from DECLARE to CLOSE, or a statement
 * by itself.
 *
 * @param session the shard's, as {@code %c} writes it
 * @param user the role at the shard
 * @param tenant whose role that is; empty for the admin's and the application's, and what names no
 *     or several tenants' schemas
 * @param statement without {@code DECLARE c1 CURSOR FOR}, as the shard got it
 * @param parameters of the extended protocol, as the log has them: {@code $1 = 'x', $2 = NULL}
 * @param begin by the veneer's clock
 * @param duration at the shard, of all its steps, without the time between them
 * @param fetches FETCH round trips; 0 where there is no cursor
 * @param executions how often it was asked in a row, for row after row of another table or batch
 *     after batch; at least 1
 * @param rows fetched or changed; empty where the shard's log doesn't tell
 */
public record Forwarded(
    ServerName shard,
    String session,
    Optional<String> user,
    Optional<TenantName> tenant,
    Purpose purpose,
    String statement,
    Optional<String> parameters,
    Instant begin,
    Duration duration,
    int fetches,
    int executions,
    OptionalLong rows,
    Optional<Problem> problem) {}
