/**
 * What the servers were asked: their jsonlog, read by SQL, and which of it belongs to a tenant.
 * Start with {@link org.partitionproxy.inspect.LogWatch}.
 */
@NullMarked
package org.partitionproxy.inspect;

import org.jspecify.annotations.NullMarked;
