/**
 * What went wrong, where, and how to mend it. Start with {@link
 * org.partitionproxy.diagnostic.Diagnostic}; every message that ppp can give has a {@link
 * org.partitionproxy.diagnostic.Code}.
 */
@NullMarked
package org.partitionproxy.diagnostic;

import org.jspecify.annotations.NullMarked;
