/**
 * Which statements of an application will fail, block, be slow or mean something else through the
 * veneer. PostgreSQL decides: statements are parsed and planned on the real veneer and shard, and
 * what can't be planned is tried on empty copies of the schema. Start with {@link
 * org.partitionproxy.check.Checker}.
 */
@NullMarked
package org.partitionproxy.check;

import org.jspecify.annotations.NullMarked;
