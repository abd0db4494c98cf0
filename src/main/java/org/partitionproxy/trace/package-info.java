/**
 * What a statement on the veneer asked of shards: the logs of all servers, tied together. Start
 * with {@link org.partitionproxy.trace.Weaver}, which is given log entries and gives {@link
 * org.partitionproxy.trace.Trace}s.
 */
@NullMarked
package org.partitionproxy.trace;

import org.jspecify.annotations.NullMarked;
