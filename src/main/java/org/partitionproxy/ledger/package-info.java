/**
 * Schema {@code ppp} on each server: whose server it is, what ppp made there, which tenant lives
 * there, who applied what. Start with {@link org.partitionproxy.ledger.Ledger}.
 */
@NullMarked
package org.partitionproxy.ledger;

import org.jspecify.annotations.NullMarked;
