/**
 * The objects of one server as values. The catalog reader and the builder of the desired state
 * return the same records, so a difference is a comparison of values. Start with {@link
 * org.partitionproxy.state.ServerState}.
 */
@NullMarked
package org.partitionproxy.state;

import org.jspecify.annotations.NullMarked;
