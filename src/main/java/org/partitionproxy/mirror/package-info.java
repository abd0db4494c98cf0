/**
 * A shard's tables in, the veneer's foreign tables out; pure, the heart of transparency. Start with
 * {@link org.partitionproxy.mirror.Mirror}.
 */
@NullMarked
package org.partitionproxy.mirror;

import org.jspecify.annotations.NullMarked;
