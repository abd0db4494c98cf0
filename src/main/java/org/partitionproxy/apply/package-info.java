/**
 * Runs a plan: in transactions, under a lock, with the ledger. Start with {@link
 * org.partitionproxy.apply.PlanApplier}.
 */
@NullMarked
package org.partitionproxy.apply;

import org.jspecify.annotations.NullMarked;
