/**
 * Traces added up: which statements, tenants and shards cost most. Start with {@link
 * org.partitionproxy.top.Tally}.
 */
@NullMarked
package org.partitionproxy.top;

import org.jspecify.annotations.NullMarked;
