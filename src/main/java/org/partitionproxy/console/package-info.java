/**
 * Human and JSON views of results; the only formatter. Start with {@link
 * org.partitionproxy.console.DiagnosticView}.
 */
@NullMarked
package org.partitionproxy.console;

import org.jspecify.annotations.NullMarked;
