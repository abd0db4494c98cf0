/**
 * Connections to servers: the only user of {@code java.sql} among the commands. Start with {@link
 * org.partitionproxy.db.Connector}; no {@code SQLException} leaves this package.
 */
@NullMarked
package org.partitionproxy.db;

import org.jspecify.annotations.NullMarked;
