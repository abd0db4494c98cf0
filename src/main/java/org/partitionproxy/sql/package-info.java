/**
 * SQL text that cannot be injected: raw text is a compile-time constant, names are quoted
 * identifiers, values are quoted literals. Start with {@link org.partitionproxy.sql.Sql}.
 */
@NullMarked
package org.partitionproxy.sql;

import org.jspecify.annotations.NullMarked;
