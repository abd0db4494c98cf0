/**
 * Text with SQL in it as single statements that know their places. Start with {@link
 * org.partitionproxy.script.StatementSplitter}.
 */
@NullMarked
package org.partitionproxy.script;

import org.jspecify.annotations.NullMarked;
