/**
 * Where servers run: embedded, in Docker, or somewhere else. Start with {@link
 * org.partitionproxy.server.ServerRuntime}, then {@link org.partitionproxy.server.EmbeddedRuntime};
 * {@link org.partitionproxy.server.RuntimeSelection} says which one a topology has.
 */
@NullMarked
package org.partitionproxy.server;

import org.jspecify.annotations.NullMarked;
