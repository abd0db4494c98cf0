/**
 * One plan for a statement on the veneer and for what it asks of shards, and for each join, filter,
 * sort, limit and aggregate whether the shard does it, and if not why. What is known comes from
 * PostgreSQL: its plans, the trees that it plans with, and its catalogs. Start with {@link
 * org.partitionproxy.explain.Explainer}.
 */
@NullMarked
package org.partitionproxy.explain;

import org.jspecify.annotations.NullMarked;
