/**
 * Turns tables that hold rows into partitioned ones while applications read and write them. Start
 * with {@link org.partitionproxy.convert.Conversion}, which says why no row is lost; what happens
 * on the shard is in {@code convert.sql}.
 */
@NullMarked
package org.partitionproxy.convert;

import org.jspecify.annotations.NullMarked;
