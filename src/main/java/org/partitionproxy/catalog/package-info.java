/**
 * pg_catalog as {@link org.partitionproxy.state.ServerState}, in a fixed number of queries per
 * server. Start with {@link org.partitionproxy.catalog.CatalogReader}.
 */
@NullMarked
package org.partitionproxy.catalog;

import org.jspecify.annotations.NullMarked;
