/**
 * Materialized views of tenants that are refreshed: how they are, and doing it. Start with {@link
 * org.partitionproxy.rollup.Rollups}.
 */
@NullMarked
package org.partitionproxy.rollup;

import org.jspecify.annotations.NullMarked;
