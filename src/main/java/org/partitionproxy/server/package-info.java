/**
 * Where servers run: embedded, in Docker, or somewhere else. Start with {@link
 * org.partitionproxy.server.ServerRuntime}.
 */
@NullMarked
package org.partitionproxy.server;

import org.jspecify.annotations.NullMarked;
