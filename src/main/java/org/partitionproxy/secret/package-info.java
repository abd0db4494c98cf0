/**
 * Where passwords come from, and the forms in which they may be sent. Start with {@link
 * org.partitionproxy.secret.Secret}.
 */
@NullMarked
package org.partitionproxy.secret;

import org.jspecify.annotations.NullMarked;
