/**
 * Partitioned tables of tenants: which there are, what their policies still want, and doing it.
 * Start with {@link org.partitionproxy.partition.Maintainer}.
 */
@NullMarked
package org.partitionproxy.partition;

import org.jspecify.annotations.NullMarked;
