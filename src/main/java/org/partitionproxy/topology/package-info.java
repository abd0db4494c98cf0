/**
 * The meaning of shards.yaml as immutable records that cannot be invalid, and its reader. Start
 * with {@link org.partitionproxy.topology.TopologyReader}.
 */
@NullMarked
package org.partitionproxy.topology;

import org.jspecify.annotations.NullMarked;
